import { describe, expect, it } from "vitest";
import { belt } from "../support/belt.ts";
import { json, ScriptedApi, silence } from "../support/scripted-api.ts";
import { api, home, setStage, task } from "../support/stage.ts";

setStage({ words: true });

describe("a redirect", () => {
  it("to another origin is followed without the key", async () => {
    const other = await new ScriptedApi({ words: true }).listen();
    try {
      other.on("GET /elsewhere", other.ok({ id: "a", status: "completed" }));
      api.on("GET /tasks/a", json(302, null, { location: `${other.url}/elsewhere` }));
      expect((await task(["get", "a"])).code).toBe(0);
      expect(other.requests[0]!.headers).not.toHaveProperty("authorization");
    } finally {
      await other.close();
    }
  });

  it("to where nothing answers names that place", async () => {
    api.on("GET /tasks/a", json(302, null, { location: "http://127.0.0.1:9/x" }));
    const { code, stderr } = await task(["get", "a"]);
    expect(code).toBe(6);
    expect(stderr).toContain("cannot reach http://127.0.0.1:9:");
  });

  it("of a submit is not followed", async () => {
    api.on("POST /run", json(307, null, { location: "http://127.0.0.1:9/run" }));
    const { code, stderr } = await belt(["run", "infsh/flux"], {
      home,
      env: { INFSH_API_KEY: "k", BELT_API_URL: api.url },
    });
    expect(code).toBe(1);
    expect(stderr).toContain("redirects to http://127.0.0.1:9/run");
  });
});

it("an API that never answers is exit 6", async () => {
  api.on("GET /tasks/a", silence);
  const { code, stderr } = await task(["get", "a", "--request-timeout", "50ms"]);
  expect(code).toBe(6);
  expect(stderr).toContain("--request-timeout");
});
