// biome-ignore-all lint/suspicious/noConsole: what an app prints becomes the log of its task
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { File } from "@inferencesh/app";
import { z } from "zod";

const anything = z.object({}).catchall(z.any());

export const AppSetup = z.object({ greeting: z.string().default("hello") });
export const RunInput = z.object({ text: z.string().default("nothing"), times: z.number().int().default(1) });
export const RunOutput = anything;
export const SetValueInput = z.object({ value: z.number() });
export const SetValueOutput = anything;
export const GetValueInput = anything;
export const GetValueOutput = anything;
export const CountInput = z.object({ to: z.number().int() });
export const CountOutput = anything;
export const ActInput = z.object({ act: z.string() });
export const ActOutput = anything;
export const PaintInput = z.object({ text: z.string() });
export const PaintOutput = anything;
export const ReadInput = z.object({ file: z.any() });
export const ReadOutput = anything;

export class App {
  setups = 0;
  calls = 0;
  value = 0;
  notes = [];

  async setup(config) {
    this.setups += 1;
    this.greeting = config.greeting;
    console.log(`set up with ${config.greeting}`);
  }

  async run(input) {
    this.calls += 1;
    console.log(`run ${this.calls}`);
    return {
      said: `${this.greeting} ${input.text}`.repeat(input.times),
      calls: this.calls,
      setups: this.setups,
    };
  }

  async set_value({ value }) {
    this.value = value;
    return { value };
  }

  get_value() {
    return { value: this.value, pid: process.pid };
  }

  async *count({ to }) {
    for (let n = 1; n <= to; n += 1) {
      yield { n };
      await sleep(5);
    }
  }

  async act({ act }) {
    const context = this.context;
    if (act.startsWith("note ")) {
      this.notes.push(act.slice("note ".length));
      await sleep(this.notes.length % 4);
      return { notes: [...this.notes] };
    }
    if (act.startsWith("forge ")) {
      writeSync(4, `${act.slice("forge ".length)}\n`);
      await sleep(300);
      return {};
    }
    if (act.startsWith("close ")) {
      closeSync(Number(act.slice("close ".length)));
      return {};
    }
    switch (act) {
      case "environment":
        return { env: process.env, cwd: process.cwd() };
      case "context":
        return { ...context };
      case "fail":
        throw new Error("it did not work");
      case "cause":
        throw new Error("it did not work", {
          cause: new TypeError("fetch failed", { cause: new AggregateError([new Error("nobody at ::1")]) }),
        });
      case "throw a circle": {
        const error = new Error("round");
        error.cause = error;
        throw error;
      }
      case "throw nothing":
        throw undefined;
      case "throw a trap":
        throw {
          get message() {
            throw new Error("a trap");
          },
          toString: 1,
        };
      case "complain":
        console.error("a complaint of this task");
        return {};
      case "exit quietly":
        process.exit(9);
        break;
      case "pipe characters": {
        const child = spawn("sh", ["-c", "printf 'gr\\303'; sleep 0.1; printf '\\266\\303\\237e\\n'"]);
        child.stdout.pipe(process.stdout);
        await once(child, "close");
        process.stdout.write("c3bc0a", "hex");
        return {};
      }
      case "long line":
        console.log(`${"x".repeat(16_383)}\u{1f388}${"y".repeat(16_383)}`);
        return {};
      case "speak later":
        setTimeout(() => process.stdout.write("half of a late line"), 100);
        setTimeout(() => console.log("a late line"), 150);
        return {};
      case "speak for a while":
        for (let n = 0; n < 8; n += 1) {
          console.log(`now ${n}`);
          await sleep(30);
        }
        return {};
      case "no newline":
        process.stdout.write("half a line");
        break;
      case "exit":
        console.error("there is no disk left");
        process.stderr.write("so I leave");
        process.exit(7);
        break;
      case "crash":
        process.stderr.write("this is through node\n");
        setImmediate(() => {
          throw new Error("a crash outside of run");
        });
        return new Promise(() => {});
      case "eat":
        for (const all = []; ; ) all.push(new Array(1000).fill(all.length));
      case "eat buffers":
        for (const all = []; ; ) {
          all.push(Buffer.alloc(4 * 1024 * 1024, all.length));
          await sleep(1);
        }
      case "hang":
        return new Promise(() => {});
      case "block":
        for (;;);
      case "block with a child":
        spawn("sleep", ["1000"], { stdio: "ignore" });
        for (;;);
      case "until cancelled":
        while (!context.cancelRequested) await sleep(5);
        return { stopped: true };
      case "chatter":
        for (let n = 0; n < 3000; n += 1) console.log(`line ${n}`);
        return { lines: 3000 };
      case "cycle": {
        const all = {};
        all.all = all;
        return all;
      }
      case "missing file":
        return { image: { path: "/nowhere/at/all.png", content_type: "image/png" } };
      case "garbage":
        writeSync(4, '{"kind":"zzz"}\n{"half');
        writeSync(4, "\nnull\n");
        return new Promise(() => {});
      case "flood":
        for (;;) writeSync(4, "x".repeat(1024 * 1024));
      case "large":
        return { text: "x".repeat(33 * 1024 * 1024) };
      case "deep": {
        let value = {};
        for (let n = 0; n < 1000; n += 1) value = { value };
        return value;
      }
      case "fleeing child":
        spawn("sleep", ["2000"], { stdio: "inherit", detached: true }).unref();
        return {};
      case "forgotten children":
        return {
          pids: [false, true].map((detached) => {
            const child = spawn("sleep", ["2000"], { stdio: "ignore", detached });
            child.unref();
            return child.pid;
          }),
        };
      case "fleeing child and block":
        spawn("sleep", ["2000"], { stdio: "inherit", detached: true });
        for (;;);
      case "last words":
        for (let n = 0; n < 2000; n += 1) console.log(`word ${n}`);
        process.exit(3);
        break;
      case "raw":
        writeSync(1, "past node's streams\n");
        await sleep(50);
        return {};
      case "fifo": {
        const path = join(mkdtempSync(join(tmpdir(), "probe-")), "fifo");
        execFileSync("mkfifo", [path]);
        return { image: { path } };
      }
      case "paths":
        return {
          none: { path: null, content_type: "image/png" },
          empty: { path: "" },
          list: [{ path: "out/a.png", filename: "a.png" }],
          gone: { path: "/nowhere/b.png", content_type: "image/png", alt: "b" },
          request: { path: "/api/users", method: "GET" },
          address: { path: null, uri: "https://example.com/c.png" },
        };
      case "folder":
        return { image: { path: tmpdir() } };
      case "pid":
        return { pid: process.pid };
    }
    return {};
  }

  async paint({ text }) {
    const path = join(mkdtempSync(join(tmpdir(), "probe-")), "picture.png");
    writeFileSync(path, text);
    return { image: File.fromPath(path), more: [{ path, filename: "../../evil name.png" }] };
  }

  async read({ file }) {
    const local = await File.from(file);
    const { readFileSync } = await import("node:fs");
    return { text: readFileSync(local.path, "utf8") };
  }

  onCancel() {
    console.log("onCancel was called");
  }

  unload() {
    console.log("unload was called");
  }

  _hidden() {}
}
