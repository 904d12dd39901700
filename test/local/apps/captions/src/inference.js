// biome-ignore-all lint/suspicious/noConsole: what an app prints becomes the log of its task
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { File } from "@inferencesh/app";
import Table from "cli-table3";
import { stringify } from "yaml";

export * from "./schemas.js";

export class App {
  async setup(config) {
    this.language = config.language;
  }

  async describe(input) {
    const bytes = await readFile(await input.image.getPath());
    const table = new Table({ head: ["label", "share"] });
    table.push(["bytes", bytes.length]);
    console.log(stringify({ style: input.style, masks: input.masks.length }).trim());
    const path = join(await mkdtemp(join(tmpdir(), "captions-")), "table.txt");
    await writeFile(path, table.toString());
    return {
      caption: `${this.language}: ${bytes} (${input.tags?.join("+") ?? "no tags"}, at most ${input.length})`,
      table: File.fromPath(path),
      seen: [{ label: "bytes", share: 1 }],
    };
  }

  async *translate({ text, to }) {
    for (const word of text.split(" ")) {
      this.said = `${this.said ?? ""}${word} `;
      yield { text: this.said.trim() };
    }
    yield { text: `${to}: ${this.said.trim()}` };
  }
}
