import { asBeltError, BeltError, usageError } from "../../errors.ts";
import { shellWord } from "../../hint.ts";
import { safeJson, safeLine } from "../../terminal/text.ts";
import type { Context } from "../shared/context.ts";

/** Who decides about what the API holds for approval. */
export type Approval = { kind: "never" | "ask" | "all" } | { kind: "tools"; names: string[] };

/** `--approve`; without it people are asked, and where there are none nothing is approved. */
export function parseApproval({ questions }: Context, text: string | undefined): Approval {
  const canAsk = questions.lines !== null;
  if (text === undefined) return { kind: canAsk ? "ask" : "never" };
  if (text === "ask" && !canAsk)
    throw usageError("--approve ask needs a terminal, and there is none", "use never, all, or tool:name,…");
  if (text === "never" || text === "ask" || text === "all") return { kind: text };
  const names = text.split(",").map((part) => /^tool:(.+)$/.exec(part.trim())?.[1] ?? "");
  if (names.every((name) => name !== "")) return { kind: "tools", names };
  throw usageError(`--approve: "${text}" is not known`, "write never, ask, all, or tool:a,tool:b");
}

/** Characters of arguments that a question shows; what is longer cannot be judged by reading it. */
const MOST = 4_000;

/** True when the call may be made; whatever it is once `until` is aborted, nobody asks for it. */
export async function decide(
  ctx: Context,
  approval: Approval,
  { name, arguments: given }: { name: string; arguments: unknown },
  until: AbortSignal,
): Promise<boolean> {
  if (approval.kind === "all") return true;
  if (approval.kind === "tools") return approval.names.includes(name);
  if (approval.kind === "never") return false;
  const shown = safeJson(given, 0);
  if (shown.length > MOST) {
    ctx.out.warn(
      `${safeLine(name)} was denied: its arguments are too long to be shown (${shown.length} characters)`,
    );
    return false;
  }
  return await ctx.questions
    .confirm(`Allow ${shellWord(safeLine(name))} ${shown}?`, "--approve", until)
    .catch((thrown) => {
      if (until.aborted) return false;
      const error = asBeltError(thrown);
      // Ctrl-D is no consent.
      if (error instanceof BeltError && error.facts.exit === "usage") return false;
      throw thrown;
    });
}
