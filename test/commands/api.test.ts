import { describe, expect, it } from "vitest";
import { hangUp } from "../support/scripted-api.ts";
import { api, KEY, onStage, setStage } from "../support/stage.ts";

setStage();

function ask(...argv: string[]) {
  return onStage(argv);
}

describe("belt api", () => {
  it("sends a GET's input as its query, and reads the answer like any other", async () => {
    api.on("GET /apps", api.ok({ items: [{ name: "flux" }] }));
    const { code, stdout } = await ask(
      "api",
      "get",
      "/apps?a=1",
      "-i",
      "q=two words",
      "--field",
      "items.0.name",
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: "flux\n" });
    expect(api.requests[0]).toMatchObject({ method: "GET", url: "/apps?a=1&q=two+words", body: undefined });
    expect(api.requests[0]!.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("sends the input of a %s as its body", async (method) => {
    api.on(`${method} /things`, api.ok({ done: true }));
    const { code, stdout } = await ask("api", method, "/things", "-i", "n:=1", "-i", "a.b=x", "--json");
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"done":true}\n' });
    expect(api.requests[0]).toMatchObject({ method, body: { n: 1, a: { b: "x" } } });
  });

  it("prints nothing when the API has nothing to say", async () => {
    api.on("DELETE /things", (_request, response) => void response.writeHead(204).end());
    expect(await ask("api", "DELETE", "/things", "--json")).toMatchObject({ code: 0, stdout: "" });
    expect(await ask("api", "DELETE", "/things", "--field", "id")).toMatchObject({ code: 1, stdout: "" });
  });

  it("exits as the API refuses", async () => {
    api.on("GET /nothing", api.error(404, "not_found", "no such thing"));
    expect((await ask("api", "GET", "/nothing")).code).toBe(5);
  });

  it("does not repeat a POST whose answer was lost", async () => {
    api.on("POST /things", hangUp);
    const { code, stderr } = await ask("api", "POST", "/things");
    expect(code).toBe(11);
    expect(stderr).toContain("may have taken effect");
    expect(api.count("POST /things")).toBe(1);
  });

  it.each([
    "//evil.example/x",
    "/\\evil.example/x",
    "\\\\evil.example",
    "http://evil.example",
    "https:evil.example",
    "@evil.example/x",
    ":1@evil.example",
    ".evil.example",
    "?x",
    "",
    "sessions",
    "/a#b",
    "/a b",
    "/\t/evil.example",
    "/a\\..\\b",
  ])("refuses %j, which is not a path", async (path) => {
    const { code } = await ask("api", "GET", path);
    expect(code).toBe(2);
    expect(api.requests).toEqual([]);
  });

  it("refuses a method that is none", async () => {
    expect((await ask("api", "CONNECT", "/x")).code).toBe(2);
  });

  it("keeps an @ inside a path", async () => {
    api.on("GET /apps/a/b@1", api.ok({}));
    expect((await ask("api", "GET", "/apps/a/b@1")).code).toBe(0);
  });
});
