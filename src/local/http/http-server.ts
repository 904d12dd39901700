/** HTTP in front of the routes: who may ask, what was asked, and in which form it is answered. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiError, notFound } from "../errors.ts";
import type { Hooks } from "./hooks.ts";
import { type ApiRequest, checkKey, checkOrigin, readJson } from "./request.ts";
import { type Dialect, sendError, sendReply } from "./response.ts";
import { createRouter } from "./routes.ts";
import type { Services } from "./services.ts";

export interface HttpOptions {
  key: string;
  /** Null: all forms at once, the bare one when the request asks for version 2. */
  dialect: Dialect | null;
  around: Hooks["around"];
}

export function createHttpServer(services: Services, { key, dialect, around }: HttpOptions): Server {
  const findRoute = createRouter();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = dialect ?? (request.headers["x-api-version"] === "2" ? "v2" : null);
    try {
      if (!server.listening) throw new ApiError(503, "unavailable", "the local server is ending");
      checkOrigin(request, portOf(server));
      const url = addressOf(request);
      const found = findRoute(request.method ?? "GET", url.pathname);
      // Without the key nobody learns what is here.
      if (!found?.route.signed) checkKey(request, key);
      if (!found) throw notFound(`no route ${request.method} ${url.pathname}`);
      const { route, params } = found;
      const body = route.method === "PUT" ? {} : await readJson(request);
      const asked: ApiRequest = { raw: request, response, params, query: url.searchParams, body };
      const reply = await around(route, asked, () => route.handle(services, asked));
      if (reply) sendReply(response, reply, form);
    } catch (error) {
      refuse(request, response, error, form);
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  return server;
}

/** Whatever host the request line names, this is the server that was asked. */
function addressOf({ url = "/" }: IncomingMessage): URL {
  const base = "http://localhost";
  if (!URL.canParse(url, base)) throw new ApiError(400, "invalid_request", "the address cannot be read");
  return new URL(url, base);
}

/** Loopback only. Rejects with the system's error when the port is taken. */
export async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0;
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  form: Dialect | null,
): void {
  // What is left of the body is read and dropped: the client hears the answer, and the connection stays usable.
  request.unpipe();
  request.resume();
  if (response.headersSent) response.destroy();
  else sendError(response, error, form);
}
