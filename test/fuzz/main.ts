import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { HARNESSES } from "./harnesses.ts";

/** `npm run fuzz -- [--seed n] [--runs n] [--seconds n] [grammar|schemas|replies|streams|text|names|server …]` */
const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    runs: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "3600" },
  },
});
const bounds = { seed: Number(values.seed), runs: Number(values.runs), time: Number(values.seconds) * 1000 };
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Ends the process when one input takes a minute: nothing in this thread could. */
function watch(name: string): { beat(): void; stop(): void } {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { workerData: { beats, words } } = require("node:worker_threads");
     let last = -1;
     setInterval(() => {
       const now = Atomics.load(beats, 0);
       if (now === last) { require("node:fs").writeSync(2, words + now + "\\n"); process.kill(process.pid, "SIGKILL"); }
       last = now;
     }, 60000);`,
    {
      eval: true,
      execArgv: [],
      workerData: { beats, words: `hang: ${name}, seed ${bounds.seed}, input ` },
    },
  );
  return { beat: () => void Atomics.add(beats, 0, 1), stop: () => void worker.terminate() };
}

const names = positionals.length > 0 ? positionals : Object.keys(HARNESSES);
for (const name of names) {
  const harness = HARNESSES[name];
  if (!harness) throw new Error(`no harness ${name}; there are ${Object.keys(HARNESSES).join(", ")}`);
  const { beat, stop } = watch(name);
  const { runs, ms, failure } = await harness.run({ ...bounds, onInput: beat });
  stop();
  say(
    `${name}: ${runs} inputs in ${Math.round(ms / 1000)} s, seed ${bounds.seed}: ${failure === null ? "no violation" : "VIOLATED"}`,
  );
  if (failure !== null) {
    say(failure);
    process.exitCode = 1;
  }
}
