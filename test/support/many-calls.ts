import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Home } from "./belt.ts";

/** The folder of local/many, an agent that makes so many calls of its client's tool at once. */
export function manyCalls(home: Home, count: number): string {
  const dir = join(home.dir, "many");
  mkdirSync(dir);
  const calls = Array.from({ length: count }, (_, at) => ({ call: "count", with: { at } }));
  const steps = [...calls, { say: "Counted to {result.at}." }];
  const agent = { name: "many", tools: [{ name: "count", type: "client" }], turns: [{ steps }] };
  writeFileSync(join(dir, "agent.yml"), JSON.stringify(agent));
  return dir;
}
