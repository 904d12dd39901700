import { join } from "node:path";
import { beltPaths } from "../store/paths.ts";
import { type Host, processHost } from "./host.ts";

export { processHost };

/**
 * What runs before the program is loaded, and gives its exit code: node is made quick, and a press of
 * Tab, which comes with each word, is answered without it.
 */
export async function start(host: Host): Promise<number> {
  const [first, ...rest] = host.argv;
  if (first === "__complete") {
    const { complete } = await import("./complete.ts");
    await complete(host, rest);
    return 0;
  }
  await host.enableCompileCache(() => join(beltPaths(host).cache, "code"));
  const { main } = await import("./main.ts");
  return await main(host);
}
