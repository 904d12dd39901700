import { z } from "zod";

const LIMIT = 1_000_000_000;
const EXIT_CODE_OF_A_CRASH = 70;

const Nothing = z.object({});
const Count = z.object({ count: z.number().int().describe("The count after this call") });

export const AppSetup = z.object({
  start: z.number().int().min(-LIMIT).max(LIMIT).default(0).describe("The count a new instance begins with"),
});

export const RunInput = z.object({
  by: z.number().int().min(-LIMIT).max(LIMIT).default(1).describe("How much to add; may be negative"),
});
export const RunOutput = Count;

export const GetInput = Nothing;
export const GetOutput = Count;

export const SetValueInput = z.object({
  value: z.number().int().min(-LIMIT).max(LIMIT).describe("The new count"),
});
export const SetValueOutput = Count;

export const ResetInput = Nothing;
export const ResetOutput = Count;

export const CrashInput = z.object({
  message: z.string().default("crashed on request").describe("The last line on stderr"),
});
export const CrashOutput = Count;

export class App {
  setup(config) {
    this.start = config?.start ?? 0;
    this.count = this.start;
  }

  /** Adds to the count. */
  run(input) {
    return this._become(this.count + input.by);
  }

  get() {
    return { count: this.count };
  }

  set_value(input) {
    return this._become(input.value);
  }

  /** Goes back to where a new instance begins. */
  reset() {
    return this._become(this.start);
  }

  /** Ends this process without an answer, for testing what a lost worker does. */
  crash(input) {
    process.stderr.write(`${input.message}\n`);
    process.exit(EXIT_CODE_OF_A_CRASH);
  }

  _become(count) {
    console.log(`count: ${this.count} → ${count}`);
    this.count = count;
    return { count };
  }
}
