/** `POST /suggest`: what the catalog has for a few words, the best first. */
import type { JsonObject } from "../../wire/types.ts";
import { invalidField } from "../errors.ts";
import type { ApiRequest } from "./request.ts";
import type { Reply } from "./response.ts";
import type { Services } from "./services.ts";
import { ignoredFields, readPage } from "./validate.ts";

/** Fields of the SDK's request that change nothing here. */
const IGNORED = ["context", "agent", "scope", "origin"];

export async function suggest({ apps }: Services, { body }: ApiRequest): Promise<Reply> {
  const { query, category = "" } = body;
  if (typeof query !== "string" || query.trim() === "")
    throw invalidField("query", "is required and must be a string");
  if (typeof category !== "string") throw invalidField("category", "must be a string");
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const results = (await apps.list())
    .filter((app) => category === "" || app["category"] === category)
    .map((app) => suggestion(app, words))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, readPage(body).limit);
  return { data: { query, results }, messages: ignoredFields(body, IGNORED) };
}

function suggestion(app: JsonObject, words: string[]) {
  const name = `${app["namespace"]}/${app["name"]}`;
  const description = String(app["description"]);
  const score = scoreOf(words, name.toLowerCase(), `${description} ${app["category"]}`.toLowerCase());
  return { type: "app", name, description, command: `belt run ${name}`, score };
}

/** Of 1: a word in the name counts whole, one in what is said of the app half. */
function scoreOf(words: string[], name: string, about: string): number {
  const hits = words.map((word) => (name.includes(word) ? 1 : about.includes(word) ? 0.5 : 0));
  return hits.reduce<number>((sum, hit) => sum + hit, 0) / words.length;
}
