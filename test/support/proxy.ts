import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { listening } from "./listening.ts";

/** A real forward proxy on a real socket: CONNECT tunnels, nothing is read of what goes through them. */
export class ForwardProxy {
  /** What clients asked it to connect to, "host:port". */
  readonly tunnels: string[] = [];
  /** Proxy-Authorization headers, as sent. */
  readonly credentials: (string | undefined)[] = [];
  url = "";
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  /** `refuse`: the status with which every tunnel is refused. */
  constructor(refuse?: number) {
    this.#server = createServer((_request, response) => void response.writeHead(501).end());
    this.#server.on("connection", (socket) => this.#sockets.add(socket));
    this.#server.on("connect", (request, socket: Socket) => {
      this.tunnels.push(request.url ?? "");
      this.credentials.push(request.headers["proxy-authorization"]);
      if (refuse) return void socket.end(`HTTP/1.1 ${refuse} Refused\r\n\r\n`);
      const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(request.url ?? "") ?? [];
      const beyond = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        beyond.pipe(socket).pipe(beyond);
      });
      this.#sockets.add(beyond);
      const both = [socket, beyond];
      const closeBoth = () => {
        for (const end of both) end.destroy();
      };
      for (const end of both) end.on("error", closeBoth);
    });
  }

  async listen(): Promise<this> {
    this.url = `http://${await listening(this.#server)}`;
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
