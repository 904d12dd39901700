import { tmpdir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { REHEARSAL_VARIABLE } from "../../account/settings.ts";
import { BeltError, usageError } from "../../errors.ts";
import { fileReason } from "../../file-reason.ts";
import type { Rehearsal, ServerEvent } from "../../local/events.ts";
import type { LocalServer } from "../../local/server.ts";
import { ADDRESS_VARIABLE, devAddress, writeAddress } from "../../store/server-address.ts";
import { makeTemporaryState } from "../../store/temporary-state.ts";
import { rehearsalText } from "../../views/rehearsal-view.ts";
import type { Context } from "../shared/context.ts";
import { untilEnded } from "../shared/run-command.ts";
import { lockOptions } from "./claim-state.ts";
import { appFolders, requireApps, type ServerFlags, startServer } from "./server.ts";

/** Milliseconds. */
const SETTLE = 5_000;
const PAUSE = 20;

/**
 * `belt dev exec [appdir…] -- <command…>`: runs the command beside a server of its own, where all
 * that it asks of the API stays on this machine, and ends everything with it. Gives the command's exit
 * code; throws exit 1 when that was 0 and the rehearsal did not hold.
 */
export async function devExec(
  ctx: Context,
  appDirs: string[],
  command: string[],
  flags: ServerFlags,
): Promise<number> {
  if (command.length === 0)
    throw usageError("there is no command to run", "belt dev exec [appdir…] -- <command…> is the form");
  const folders = await appFolders(ctx, appDirs);
  await requireApps(folders);
  const state = await makeTemporaryState(tmpdir(), lockOptions(ctx));
  try {
    const onEvent = (event: ServerEvent) => tellAuthors(ctx, event);
    const server = await startServer(ctx, folders, flags, { port: 0, stateDir: state.path, onEvent });
    try {
      return await rehearse(ctx, server, state.path, command);
    } finally {
      await server.close();
    }
  } finally {
    await state
      .remove()
      .catch((error: Error) => ctx.out.warn(`${state.path} could not be removed: ${fileReason(error)}`));
  }
}

async function rehearse(
  ctx: Context,
  server: LocalServer,
  stateDir: string,
  command: string[],
): Promise<number> {
  const scenario = server.rehearsal()?.scenario;
  if (scenario !== undefined) ctx.out.note(`faults are on: scenario ${scenario}`);
  const env = await environment(ctx, server, stateDir);
  ctx.signal.throwIfAborted();
  const setting = `${ADDRESS_VARIABLE}=${devAddress(stateDir)}`;
  const endGuard = await ctx.machine.guard(setting);
  const code = await untilEnded(ctx, ctx.machine.spawn(command, env));
  const rehearsal = await settled(ctx, server);
  await endRest(ctx, setting);
  endGuard();
  if (!rehearsal) return code;
  ctx.out.note(rehearsalText(rehearsal));
  const failures = whatFailed(rehearsal);
  if (code !== 0 || failures.length === 0) return code;
  throw new BeltError({
    code: "rehearsal_failed",
    message: `the rehearsal did not hold: ${failures.join("; ")}`,
    exit: "failure",
  });
}

/** Tasks that were taken on outlive a command that has lost their answers: they have a moment to end as expected. */
async function settled({ now, signal }: Context, server: LocalServer): Promise<Rehearsal | null> {
  for (const until = now() + SETTLE; ; await wait(PAUSE)) {
    const rehearsal = server.rehearsal();
    const mayChange = server.running() > 0 && now() < until && !signal.aborted;
    if (!rehearsal || !mayChange || isSettled(rehearsal)) return rehearsal;
  }
}

/** True when no end of a task is waited for: how many fail is known when all have ended, unless some are to run on. */
function isSettled(rehearsal: Rehearsal): boolean {
  const expected = rehearsal.checks.map(({ what }) => what).filter((what) => what.startsWith("tasks "));
  const isOfEnds = expected.length > 0 && !expected.includes("tasks running");
  return whatFailed(rehearsal).length === 0 && !isOfEnds;
}

/** The command may have left something running in the background, which would find no server any more. */
async function endRest({ machine, out }: Context, setting: string): Promise<void> {
  const ended = await machine.endAllWith(setting);
  if (ended > 0)
    out.note(`ended ${ended === 1 ? "a process" : `${ended} processes`} that the command had left running`);
}

/** What belt and the SDKs read; whatever names another API is emptied. */
async function environment(
  ctx: Context,
  { url, key }: LocalServer,
  stateDir: string,
): Promise<Record<string, string>> {
  const address = devAddress(stateDir);
  await writeAddress(
    address,
    { url, key, pid: ctx.machine.pid },
    { owner: ctx.store.owner, warn: (text) => ctx.out.warn(text) },
  );
  ctx.out.addSecret(key);
  return {
    [REHEARSAL_VARIABLE]: "1",
    BELT_LOCAL: "1",
    BELT_API_URL: "",
    BELT_PROFILE: "",
    BELT_STATE_DIR: stateDir,
    [ADDRESS_VARIABLE]: address,
    INFERENCE_BASE_URL: url,
    INFERENCE_API_BASE_URL: url,
    INFERENCE_API_KEY: key,
    INFSH_API_KEY: key,
    ...ctx.credentials.withoutProxy(),
  };
}

function whatFailed({ steps, checks }: Rehearsal): string[] {
  return [
    ...checks
      .filter(({ held }) => !held)
      .map(
        ({ what, expected, got, atMost }) =>
          `${what}: expected ${atMost ? "at most " : ""}${expected}, got ${got}`,
      ),
    ...steps
      .filter(({ hits }) => hits === 0)
      .map(({ step, on, does }) => `step ${step} (${on}: ${does}) never acted`),
  ];
}

/** What the author of an app would otherwise see in `belt dev`, and what is gone with this server. */
function tellAuthors({ out }: Context, event: ServerEvent): void {
  if (event.type === "worker" && event.error !== null)
    out.warn(`a worker of ${event.app} died: ${event.error}`);
  if (event.type === "task" && event.status === "failed" && event.place !== null)
    out.note(`task ${event.id} of ${event.app} failed at ${event.place}`);
  if (event.type !== "app") return;
  for (const warning of event.warnings) out.warn(`${event.app}: ${warning}`);
  if (event.state !== "broken" || !event.problem) return;
  const { message, file, line } = event.problem;
  const place = file === null || message.includes(file) ? "" : `${file}${line === null ? "" : `:${line}`}: `;
  out.warn(`${event.app} is broken: ${place}${message}`);
}
