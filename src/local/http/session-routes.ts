import type { ApiRequest } from "./request.ts";
import type { Reply } from "./response.ts";
import type { Services } from "./services.ts";

export async function listSessions({ sessions, serializer }: Services): Promise<Reply> {
  return { data: sessions.list().map((session) => serializer.session(session)) };
}

export async function getSession({ sessions, serializer }: Services, { params }: ApiRequest): Promise<Reply> {
  return { data: serializer.session(sessions.get(params["id"]!)) };
}

export async function keepSessionAlive(
  { sessions, serializer }: Services,
  { params }: ApiRequest,
): Promise<Reply> {
  return { data: serializer.session(sessions.keepAlive(params["id"]!)) };
}

export async function endSession({ sessions }: Services, { params }: ApiRequest): Promise<Reply> {
  sessions.end(params["id"]!);
  return { status: 204 };
}
