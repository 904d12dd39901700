import { api, onStage, setStage } from "./stage.ts";

const RUN = "POST /run";

export const INPUT_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  required: ["prompt"],
  properties: {
    prompt: { type: "string", minLength: 1, description: "What to paint" },
    steps: { type: "integer", minimum: 1, maximum: 50 },
    scale: { type: "number" },
    hd: { type: "boolean" },
    style: { type: "string", enum: ["plain", "upper"] },
    level: { enum: [1, 2, 3] },
    tags: { type: "array", items: { type: "string" } },
    sizes: { type: "array", items: { type: "integer" } },
    photo: { type: "string", format: "file" },
    photos: { type: "array", items: { type: "string", format: "file" } },
    seed: { anyOf: [{ type: "integer" }, { type: "null" }] },
    either: { anyOf: [{ type: "number" }, { type: "string" }] },
    size: { $ref: "#/$defs/Size" },
    extra: { type: "object", additionalProperties: { type: "integer" } },
  },
  $defs: { Size: { type: "object", properties: { w: { type: "integer" }, h: { type: "integer" } } } },
};

/** A server that takes every run. */
export function setInputStage(): void {
  setStage({}, () => api.offer(RUN, api.ok({ id: "task_1", status: "queued" })));
}

export function knowing(schema: unknown = INPUT_SCHEMA, version = "v1"): void {
  api.offer("GET /apps/infsh/flux", api.ok(appOf(schema, version)));
}

function appOf(schema: unknown, version: string) {
  return {
    namespace: "infsh",
    name: "flux",
    version: { id: version, input_schema: schema, default_function: "run" },
  };
}

export function run(argv: string[], stdin = "") {
  return onStage(["run", "infsh/flux", "--no-wait", ...argv], stdin);
}

export function inputs(...specs: string[]) {
  return run(specs.flatMap((spec) => ["--input", spec]));
}

export function sent() {
  return api.requests.filter(({ url }) => url.startsWith("/run")).map(({ body }) => body);
}
