/** The routes of the API, and what answers each. */
import createFinder from "find-my-way";
import { getAgent, listAgents, runAgent } from "./agent-routes.ts";
import { getApp, listApps } from "./app-routes.ts";
import {
  approveTool,
  cancelMessage,
  followChat,
  getChat,
  getChatStatus,
  giveToolResult,
  listChats,
  listInterrupts,
  listMessages,
  rejectTool,
  resolveInterrupt,
  stopChat,
} from "./chat-routes.ts";
import { createFiles, downloadFile, getFile, uploadFile } from "./file-routes.ts";
import { estimateRun, getBalance, getUsage } from "./money-routes.ts";
import type { ApiRequest } from "./request.ts";
import type { Reply } from "./response.ts";
import type { Services } from "./services.ts";
import { endSession, getSession, keepSessionAlive, listSessions } from "./session-routes.ts";
import { submitRun } from "./submit.ts";
import { suggest } from "./suggest.ts";
import { cancelTask, followTask, getLogs, getStatus, getTask, getTimings, listTasks } from "./task-routes.ts";

/** Undefined when the handler has answered by itself. */
type Handler = (services: Services, request: ApiRequest) => Promise<Reply | undefined>;

export interface Route {
  method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  path: string;
  handle: Handler;
  /** Allowed by a signature in the address instead of the key. */
  signed?: boolean;
}

const ROUTES: Route[] = [
  { method: "POST", path: "/run", handle: (services, request) => submitRun(services, request, true) },
  { method: "POST", path: "/apps/run", handle: (services, request) => submitRun(services, request, false) },
  { method: "POST", path: "/apps/list", handle: listApps },
  { method: "POST", path: "/suggest", handle: suggest },
  { method: "GET", path: "/apps/:name", handle: getApp },
  { method: "GET", path: "/apps/:namespace/:name", handle: getApp },
  { method: "POST", path: "/store/apps/:appId/estimate", handle: estimateRun },
  { method: "GET", path: "/billing/balance", handle: getBalance },
  { method: "GET", path: "/usage/breakdown", handle: getUsage },
  { method: "POST", path: "/tasks/list", handle: listTasks },
  { method: "GET", path: "/tasks/:id", handle: getTask },
  { method: "GET", path: "/tasks/:id/status", handle: getStatus },
  { method: "GET", path: "/tasks/:id/logs", handle: getLogs },
  { method: "GET", path: "/tasks/:id/timings", handle: getTimings },
  { method: "GET", path: "/tasks/:id/stream", handle: followTask },
  { method: "POST", path: "/tasks/:id/cancel", handle: cancelTask },
  { method: "GET", path: "/sessions", handle: listSessions },
  { method: "GET", path: "/sessions/:id", handle: getSession },
  { method: "POST", path: "/sessions/:id/keepalive", handle: keepSessionAlive },
  { method: "DELETE", path: "/sessions/:id", handle: endSession },
  { method: "POST", path: "/agents/run", handle: runAgent },
  { method: "POST", path: "/agents/list", handle: listAgents },
  { method: "GET", path: "/agents/:name", handle: getAgent },
  { method: "GET", path: "/agents/:namespace/:name", handle: getAgent },
  { method: "POST", path: "/chats/list", handle: listChats },
  { method: "GET", path: "/chats/:id", handle: getChat },
  { method: "GET", path: "/chats/:id/status", handle: getChatStatus },
  { method: "GET", path: "/chats/:id/messages", handle: listMessages },
  { method: "GET", path: "/chats/:id/stream", handle: followChat },
  { method: "POST", path: "/chats/:id/stop", handle: stopChat },
  { method: "POST", path: "/chats/messages/:id/cancel", handle: cancelMessage },
  { method: "POST", path: "/tools/:id", handle: giveToolResult },
  { method: "POST", path: "/tools/:id/invoke", handle: approveTool },
  { method: "POST", path: "/tools/:id/reject", handle: rejectTool },
  { method: "POST", path: "/interrupts/:id/resolve", handle: resolveInterrupt },
  { method: "GET", path: "/agent-runs/:id/interrupts", handle: listInterrupts },
  { method: "POST", path: "/files", handle: createFiles },
  { method: "GET", path: "/files/:id", handle: getFile },
  { method: "PUT", path: "/files/:id/:filename", handle: uploadFile, signed: true },
  { method: "GET", path: "/files/:id/:filename", handle: downloadFile, signed: true },
  { method: "HEAD", path: "/files/:id/:filename", handle: downloadFile, signed: true },
];

/** Finds what answers a request; null where nothing does. */
export function createRouter() {
  const finder = createFinder({ ignoreTrailingSlash: true, maxParamLength: 1000 });
  for (const route of ROUTES) {
    for (const prefix of ["", "/v1"]) finder.on(route.method, `${prefix}${route.path}`, () => {}, route);
  }
  return (method: string, path: string): { route: Route; params: Record<string, string> } | null => {
    const found = finder.find(method as "GET", path);
    return found && { route: found.store as Route, params: found.params as Record<string, string> };
  };
}
