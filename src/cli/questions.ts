import { addAbortSignal } from "node:stream";
import type { GlobalFlags } from "../account/flags.ts";
import type { Questions } from "../commands/shared/context.ts";
import { fileError, usageError } from "../errors.ts";
import { wantsColor } from "../terminal/colors.ts";
import type { Output } from "../terminal/output.ts";
import { type Ask, Prompt } from "../terminal/prompt.ts";
import type { Host } from "./host.ts";
import { typedLines } from "./typed-lines.ts";

/** Asks on a terminal; elsewhere says which flag answers, or reads standard input. */
export function questions(host: Host, flags: GlobalFlags, out: Output, signal: AbortSignal): Questions {
  const canAsk = () => flags.prompt !== false && (host.stdin.isTTY ?? false) && (host.stderr.isTTY ?? false);
  const prompt = (until = signal) => {
    out.progress.stop();
    return new Prompt({
      input: host.stdin,
      output: host.stderr as NodeJS.WriteStream,
      isColored: wantsColor(flags.color ?? "auto", host.env, true),
      signal: AbortSignal.any([signal, until]),
      clean: out.redact,
      onSuspend: host.onSuspend,
    });
  };
  const answered = <T>(answer: Promise<T>) => answer.finally(() => out.progress.restart());
  return {
    get ask(): Ask | null {
      return canAsk() ? (question) => answered(prompt().field(question)) : null;
    },
    get lines() {
      return canAsk() ? () => typedLines(host, out, signal) : null;
    },
    async confirm(question, flag, until) {
      if (canAsk()) {
        const asking = prompt(until);
        if (until) await asking.forgetTypedAhead();
        return await answered(asking.yesOrNo(question));
      }
      throw usageError(`this asks "${question}", and there is nobody to ask`, `answer with ${flag}`);
    },
    /** A key is never an argument: it is typed without echo, or piped in. */
    async secret(question) {
      if (!host.stdin.isTTY) return (await readStdin(host, signal)).toString("utf8");
      if (canAsk()) return await answered(prompt().secret(question));
      throw usageError(`this asks "${question}", and there is nobody to ask`, "pipe the answer in");
    },
  };
}

/** All of standard input. */
export async function readStdin({ stdin }: Host, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of addAbortSignal(signal, stdin)) chunks.push(Buffer.from(chunk));
  } catch (thrown) {
    throw signal.aborted ? signal.reason : fileError("cannot read", "standard input", thrown);
  }
  return Buffer.concat(chunks);
}
