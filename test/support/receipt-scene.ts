import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Receipt } from "../../src/commands/run/receipt-document.ts";
import type { StatusWord } from "../../src/wire/status.ts";
import type { Scene } from "./scene.ts";
import { ndjson, type ScriptedApi } from "./scripted-api.ts";

export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** An app with every kind of input that a receipt has to do with. */
export const APP = {
  id: "app_1",
  version: {
    id: "ver_long_1",
    short_id: "v1",
    input_schema: {
      type: "object",
      properties: {
        prompt: { type: "string" },
        n: { type: "integer" },
        seed: { type: "integer" },
        image: { type: "string", format: "file" },
        code: { type: "string", format: "password" },
        pin: { type: "integer", writeOnly: true },
        hf_api_token: { type: "string" },
        max_tokens: { type: "integer" },
        apiKey: { type: "string" },
        nested: { type: "object", properties: {}, additionalProperties: true },
        list: { type: "array", items: { type: "object", additionalProperties: true } },
      },
    },
    setup_schema: { type: "object", properties: { db_password: { type: "string" } } },
  },
};

/** An app whose output is one file with these bytes. */
export function serve(
  api: ScriptedApi,
  {
    bytes = "pixels",
    task = {},
    version = "ver_long_1" as string | null,
    status = "completed" as StatusWord,
  } = {},
): void {
  const told = version === null ? {} : { app_version_id: version };
  const done = api.task(status, {
    app: "infsh/paint",
    output: { image: { uri: `${api.url}/out.png`, content_type: "image/png" }, seed: 7 },
    ...told,
    ...task,
  });
  api
    .offer("GET /apps/infsh/paint", api.ok(APP))
    .offer("POST /store/apps/app_1/estimate", api.ok({ confidence: "exact", microcents: 1_000_000 }))
    .offer("POST /files", api.ok([{ upload_url: `${api.url}/put`, uri: "https://cdn.test/in.png?sig=abc" }]))
    .offer("PUT /put", api.ok(null))
    .offer("POST /run", api.ok(api.task("queued", { ...told, ...task })))
    .offer("GET /tasks/task_1", api.ok(done))
    .offer("GET /tasks/task_1/stream", ndjson([done]))
    .offer("POST /tasks/task_1/cancel", api.ok({ id: "task_1", cancelled: true }))
    .offer("GET /out.png", (_request, response) => void response.end(bytes));
}

export const RUN = ["run", "infsh/paint", "--save", "out", "--receipt", "--json"];
export const RECEIPT = "out/image.png.belt.json";

export function receiptIn({ home }: Scene, name = RECEIPT): Receipt {
  return JSON.parse(readFileSync(join(home.dir, name), "utf8"));
}

export function put({ home }: Scene, name: string, content: string): void {
  writeFileSync(join(home.dir, name), content);
}

/** A receipt as belt wrote it, of a run with a file, changed. */
export async function withReceipt(
  one: Scene,
  change: (receipt: Receipt & Record<string, unknown>) => void = () => {},
) {
  serve(one.api);
  put(one, "cat.png", "a cat");
  const { code, stderr } = await one.belt(...RUN, "-i", "image=@cat.png", "-i", "seed=7", "-i", "prompt=fog");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const receipt = receiptIn(one) as Receipt & Record<string, unknown>;
  change(receipt);
  put(one, "r.json", JSON.stringify(receipt));
  one.api.requests.length = 0;
}

export const sentBody = ({ api }: Scene) =>
  api.requests.findLast(({ method, url }) => method === "POST" && url.startsWith("/run"))?.body as
    | { app: string; input: Record<string, unknown>; setup?: unknown; webhook?: unknown; workers?: unknown }
    | undefined;
