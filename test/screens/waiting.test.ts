import { beforeEach, describe, expect, it } from "vitest";
import { needsLinux } from "../support/platform.ts";
import { type Step, silence } from "../support/scripted-api.ts";
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

  it("is told to be waited for after a question, too", async () => {
    api
      .on("GET /sessions", api.ok([{ id: "sess_1", status: "active" }]))
      .on("DELETE /sessions/sess_1", silence);
    const { lines, exitCode } = await onTerminal(80, ["session", "end", "--all"], home, env(), {
      answers: [
        ["(y/N)", "y\r"],
        [`waiting for ${host()}`, "\u0003"],
      ],
    });
    expect([exitCode, lines.join("\n")]).toEqual([130, expect.stringContaining("stopped: interrupted")]);
  });

  it("leaves no trace of that on the terminal once it answers", async () => {
    api.on("GET /tasks/task_1", (request, response) => {
      setTimeout(() => api.ok(api.task("completed", { id: "task_1" }))(request, response), 1500);
    });
    const { bytes, lines, exitCode } = await onTerminal(80, ["task", "get", "task_1", "-v"], home, env());
    expect(bytes).toMatch(/waiting for \S+ 1\.\ds/);
    expect([exitCode, lines.join("\n")]).toEqual([0, expect.not.stringContaining("waiting")]);
  });

  it("tells of each answer how long it alone is waited for", async () => {
    const late: Step = (request, response) => {
      setTimeout(() => api.ok(api.task("running", { id: "task_1" }))(request, response), 1300);
    };
    api.on("GET /tasks/task_1", late).on("POST /tasks/task_1/cancel", late);
    const { bytes, exitCode } = await onTerminal(80, ["task", "cancel", "task_1"], home, env());
    expect([exitCode, bytes]).toEqual([0, expect.stringMatching(/waiting for \S+ 1\.\ds/)]);
    expect(bytes).not.toMatch(/waiting for \S+ 2/);
  });

  it("is not told of what answers within a second", async () => {
    api.on("GET /tasks/task_1", (request, response) => {
      setTimeout(() => api.ok(api.task("completed", { id: "task_1" }))(request, response), 600);
    });
    const { bytes } = await onTerminal(80, ["task", "get", "task_1"], home, env());
    expect(bytes).not.toContain("waiting");
  });
});
