import type { Child, Context } from "./context.ts";

/** A command that was asked to stop is killed after this long, in milliseconds. */
const KILL_AFTER = 5_000;

/** Waits until a command of the user's has ended, and passes signals on to it; gives its exit code. */
export async function untilEnded(ctx: Context, child: Child): Promise<number> {
  let killer: NodeJS.Timeout | undefined;
  const letGo = ctx.signals.capture((signal) => {
    // A terminal sends Ctrl-C to the command itself, which may well live on, as a shell does.
    if (signal === "SIGINT" && ctx.machine.onTerminal) return;
    child.kill(signal);
    killer ??= setTimeout(() => child.kill("SIGKILL"), KILL_AFTER);
  });
  try {
    return await child.exit;
  } finally {
    letGo();
    clearTimeout(killer);
  }
}
