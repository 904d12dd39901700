import { beforeEach, describe, expect, it } from "vitest";
import { needsLinux } from "../support/platform.ts";
import { silence } from "../support/scripted-api.ts";
import { api, home, setStage } from "../support/stage.ts";
import { onTerminal } from "./terminal.ts";

setStage({ words: true });
beforeEach(needsLinux);

const env = () => ({ INFSH_API_KEY: "inf_canary", BELT_API_URL: api.url });
const host = () => new URL(api.url).host;

describe("an API that does not answer", () => {
  it.each([
    ["task list", "POST /tasks/list"],
    ["session get sess_1", "GET /sessions/sess_1"],
    ["task cancel task_1", "GET /tasks/task_1"],
    ["app get a/b", "GET /apps/a/b"],
    ["doctor", "GET /sessions"],
  ])("is told to be waited for: %s", async (line, route) => {
    api.on(route, silence);
    const { lines, exitCode } = await onTerminal(80, line.split(" "), home, env(), {
      stopAfter: `waiting for ${host()}`,
    });
    expect([exitCode, lines[0]]).toEqual([130, expect.stringMatching(/^stopped: interrupted/)]);
  });

  it("leaves no trace of that on the terminal once it answers", async () => {
    api.on("GET /tasks/task_1", (request, response) => {
      setTimeout(() => api.ok(api.task("completed", { id: "task_1" }))(request, response), 1500);
    });
    const { bytes, lines, exitCode } = await onTerminal(80, ["task", "get", "task_1", "-v"], home, env());
    expect(bytes).toMatch(/waiting for \S+ 1\.\ds/);
    expect([exitCode, lines.join("\n")]).toEqual([0, expect.not.stringContaining("waiting")]);
  });

  it("is not told of what answers soon", async () => {
    api.on("GET /tasks/task_1", api.ok(api.task("completed", { id: "task_1" })));
    const { bytes } = await onTerminal(80, ["task", "get", "task_1"], home, env());
    expect(bytes).not.toContain("waiting");
  });
});
