import { expect, it } from "vitest";
import { scene } from "../support/scene.ts";

const output_schema = {
  type: "object",
  properties: {
    image: { type: "string" },
    seed: { type: "integer" },
    status: { type: "string" },
    updated_at: { type: "string" },
  },
};
const MAY_NOT = "may not be there: the output of infsh/flux has image, seed, status, updated_at";

it.each([
  ["image", `${MAY_NOT}; did you mean output.image?`],
  ["output.imag", `${MAY_NOT}; did you mean output.image?`],
  ["output.width", MAY_NOT],
  ["output.image", null],
  ["output", null],
  ["status", null],
  ["updated_at", null],
  ["worker_id", null],
])("--field %s is compared with the app's output before the run is paid", (field, words) =>
  scene(async ({ api, belt }) => {
    api.on("GET /apps/infsh/flux", api.ok({ id: "app_1", version: { id: "v", output_schema } }));
    const output = { image: "x", seed: 1, status: "fine" };
    api.on("POST /run", api.ok(api.task("completed", { output, worker_id: "wrk_1" })));
    api.on("GET /tasks/task_1", api.ok(api.task("completed", { output, worker_id: "wrk_1" })));
    const { code, stderr } = await belt("run", "infsh/flux", "--field", field);
    expect(code).toBe(words === null ? 0 : 9);
    const told = stderr.split("\n").filter((line) => line.startsWith("warning: "));
    expect(told).toEqual(words === null ? [] : [`warning: --field ${field} ${words}`]);
    if (words !== null) expect(stderr.indexOf("warning: ")).toBeLessThan(stderr.indexOf("task task_1"));
  })(),
);

it("a field that is in the input and in the output is looked for in the output", () =>
  scene(async ({ api, belt }) => {
    const task = api.task("completed", { input: { text: "in" }, output: { text: "out" } });
    api.on("GET /tasks/task_1", api.ok(task));
    const { code, stderr } = await belt("task", "get", "task_1", "--field", "text");
    expect(code).toBe(1);
    expect(stderr).toContain("did you mean output.text?");
    expect(stderr).toContain("hint: belt task get task_1 --field output.text");
  })());

it.each([
  ["state", "status"],
  ["output.image.url", "output.image.uri"],
])("%s is what other tools call %s", (field, meant) =>
  scene(async ({ api, belt }) => {
    api.on("GET /tasks/task_1", api.ok(api.task("completed", { output: { image: { uri: "https://x/y" } } })));
    const { stderr } = await belt("task", "get", "task_1", "--field", field);
    expect(stderr).toContain(`did you mean ${meant}?`);
  })(),
);
