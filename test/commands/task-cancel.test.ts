import { beforeEach, describe, expect, it } from "vitest";
import { json, ndjson } from "../support/scripted-api.ts";
import { api, setStage, task } from "../support/stage.ts";

setStage({ words: true });

describe("task cancel", () => {
  it.each([
    ["cancelled", { id: "a", status: 12, cancelled: true }, "cancelled"],
    ["cancelled although the number lags", { id: "a", status: 7, cancelled: true }, "running"],
  ])("says %s", async (_name, answer, after) => {
    api
      .on("GET /tasks/a", api.ok({ id: "a", status: "running" }), api.ok({ id: "a", status: after }))
      .on("POST /tasks/a/cancel", api.ok(answer));
    const { code, stdout } = await task(["cancel", "a", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: "a", status: "cancelled", cancelled: true });
  });

  it("says that it is still cancelling", async () => {
    api
      .on("GET /tasks/a", api.ok({ id: "a", status: "running" }), api.ok({ id: "a", status: "cancelling" }))
      .on("POST /tasks/a/cancel", json(204, null));
    const { code, stdout } = await task(["cancel", "a", "--json"]);
    expect({ code, answer: JSON.parse(stdout) }).toMatchObject({
      code: 0,
      answer: { status: "cancelling", cancelled: true },
    });
  });

  it("says how a task had already ended, and exits 0", async () => {
    api.on("GET /tasks/a", api.ok({ id: "a", status: "completed", status_code: 10 }));
    const { code, stdout } = await task(["cancel", "a", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ id: "a", status: "completed", status_code: 10, cancelled: false });
  });

  it("tells what the task says when the API refuses because it has just ended", async () => {
    api
      .on("GET /tasks/a", api.ok({ id: "a", status: "running" }), api.ok({ id: "a", status: "completed" }))
      .on("POST /tasks/a/cancel", api.error(409, "conflict", "it has ended"));
    const { code, stdout } = await task(["cancel", "a", "--json"]);
    expect({ code, answer: JSON.parse(stdout) }).toMatchObject({
      code: 0,
      answer: { status: "completed", cancelled: false },
    });
  });

  it("passes a real refusal on", async () => {
    api
      .on("GET /tasks/a", api.ok({ id: "a", status: "running" }))
      .on("POST /tasks/a/cancel", api.error(409, "conflict", "not now"));
    expect((await task(["cancel", "a"])).code).toBe(1);
  });

  describe("--wait", () => {
    beforeEach(() => api.offer("POST /tasks/t/cancel", api.ok({ id: "t", status: "cancelling" })));
    const going = { id: "t", status: "cancelling", status_code: null };

    it.each(["cancelled", "completed", "failed"])("stays until it is %s, exit 0", async (status) => {
      const ended = { id: "t", status };
      api
        .on(
          "GET /tasks/t",
          api.ok({ id: "t", status: "running" }),
          api.ok(going),
          api.ok(going),
          api.ok(ended),
        )
        .on("GET /tasks/t/stream", ndjson([ended]));
      const { code, stdout } = await task(["cancel", "t", "--wait", "--json"]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ id: "t", status, cancelled: status === "cancelled" });
    });

    it("asks no more about one that had ended", async () => {
      api.on("GET /tasks/t", api.ok({ id: "t", status: "failed" }));
      const { code, stdout } = await task(["cancel", "t", "--wait"]);
      expect([code, stdout]).toEqual([0, "t  had already ended: failed\n"]);
      expect(api.requests).toHaveLength(1);
    });

    it("is out of time after --timeout, exit 8", async () => {
      api
        .on("GET /tasks/t", api.ok({ id: "t", status: "running" }), api.ok(going))
        .on("GET /tasks/t/stream", ndjson([going], "open"));
      const { code, stdout, stderr } = await task(["cancel", "t", "--wait", "--timeout", "200ms"]);
      expect([code, stdout]).toEqual([8, "t  cancelling\n"]);
      expect(stderr).toContain("task t is still running after 200ms");
    });

    it("is what --timeout goes with", async () => {
      expect((await task(["cancel", "t", "--timeout", "1s"])).code).toBe(2);
      expect(api.requests).toEqual([]);
    });
  });

  it("is silent with -q", async () => {
    api.on("GET /tasks/a", api.ok({ id: "a", status: "completed" }));
    expect(await task(["cancel", "a", "-q"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
