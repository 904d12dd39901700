/** A 200 that is no answer of this API is told as such, whatever asked for it, and never as an empty success. */
import { describe, expect, test } from "vitest";
import { belt } from "../support/belt.ts";
import { json } from "../support/scripted-api.ts";
import { api, home, KEY, setStage } from "../support/stage.ts";

setStage();

const COMMANDS: [command: string, exit: number, routes: string[]][] = [
  ["doctor", 1, ["GET /sessions"]],
  ["session list", 1, ["GET /sessions"]],
  ["session get sess_1", 1, ["GET /sessions/sess_1"]],
  ["session keepalive sess_1", 1, ["POST /sessions/sess_1/keepalive"]],
  ["task list", 1, ["POST /tasks/list"]],
  ["task get task_1", 1, ["GET /tasks/task_1"]],
  ["task logs task_1", 1, ["GET /tasks/task_1/logs"]],
  ["task cancel task_1", 1, ["GET /tasks/task_1", "POST /tasks/task_1/cancel"]],
  ["usage", 1, ["GET /usage/breakdown?range=30d"]],
  ["balance", 1, ["GET /billing/balance"]],
  ["app get team/app", 1, ["GET /apps/team/app"]],
  ["app list", 1, ["POST /apps/list"]],
  ["chat get chat_1", 1, ["GET /chats/chat_1"]],
  ["chat stop chat_1", 1, ["GET /chats/chat_1"]],
  ["agent run team/agent hi", 11, ["GET /agents/team/agent", "POST /agents/run"]],
  ["run team/app -i x=1", 11, ["GET /apps/team/app", "POST /run"]],
];

describe.each([
  ["an empty object", {}],
  ["somebody else's object", { ok: true, hello: "world" }],
])("%s", (_, body) => {
  test.each(COMMANDS)("in answer to %s is exit %i", async (command, exit, routes) => {
    for (const route of routes) api.offer(route.split("?")[0]!, json(200, body));
    const env = { BELT_API_URL: api.url, INFSH_API_KEY: KEY };
    const { code, stderr } = await belt([...command.split(" "), "--json"], { home, env });
    const { error } = JSON.parse(stderr.trim().split("\n").at(-1)!);
    expect({ code, error }).toMatchObject({
      code: exit,
      error: { message: expect.stringMatching(/^the API is not answering as expected: /) },
    });
  });
});
