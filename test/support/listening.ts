import type { AddressInfo, Server } from "node:net";

/** Has a server listen on this machine; where: "127.0.0.1:4711". */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
