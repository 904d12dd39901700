import { join } from "node:path";
import { beltPaths } from "../store/paths.ts";
import { type Host, processHost } from "./host.ts";

export { processHost };

/**
 * Runs one command line and gives its exit code. In a file of its own, so that what node makes of
 * the rest can be kept before it is loaded, and a press of Tab does not wait for it.
 */
export async function start(host: Host): Promise<number> {
  const [first, ...rest] = host.argv;
  if (first === "__complete") {
    const { complete } = await import("./complete.ts");
    await complete(host, rest);
    return 0;
  }
  await host.prepareNode(join(beltPaths(host).cache, "code"));
  const { main } = await import("./main.ts");
  return await main(host);
}
