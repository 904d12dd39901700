import { setTimeout as wait } from "node:timers/promises";
import { BeltError } from "../../errors.ts";
import { makeFolder } from "../../store/folder.ts";
import { type Holder, type LockOptions, ProcessLock } from "../../store/process-lock.ts";
import { devLock } from "../../store/server-address.ts";
import type { Context } from "../shared/context.ts";
import { cannotServe } from "./server.ts";

export function lockOptions({ store, signal, out }: Context): Omit<LockOptions, "path"> {
  const sleep = async (ms: number) => {
    if (ms > 1000) out.progress.busy("seeing whether another machine still holds the lock");
    await wait(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  };
  return { owner: store.owner, sleep };
}

/**
 * Keeps the state folder for this `belt dev` alone: two servers would each take what the other keeps
 * there for its own. Throws exit 1 that names the one which has it.
 */
export async function claimState(ctx: Context): Promise<ProcessLock> {
  const { state } = ctx.store.paths;
  try {
    await makeFolder(state);
  } catch (thrown) {
    throw cannotServe(thrown, 0);
  }
  return await ProcessLock.take({ ...lockOptions(ctx), path: devLock(state) }, (holder) =>
    alreadyServing(ctx, holder),
  );
}

/** One that has not said yet where it answers is about to. */
async function alreadyServing(ctx: Context, { pid, host }: Holder): Promise<BeltError> {
  const running = await ctx.runningServer();
  const does = running?.pid === pid ? `serves at ${running.url}` : "is starting";
  const where = host === ctx.store.owner.hostname ? "" : ` on ${host}`;
  return new BeltError({
    code: "already_serving",
    message: `a belt dev with this state folder ${does} already (process ${pid}${where})`,
    hint: "use that one with --local, end it with Ctrl-C, or give this one another state folder with BELT_STATE_DIR",
    exit: "failure",
  });
}
