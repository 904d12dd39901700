import { fileReason } from "../../file-reason.ts";
import { devAddress, removeAddress, writeAddress } from "../../store/server-address.ts";
import { type DevEvent, devEventView, type ServingEvent, servingView } from "../../views/dev-view.ts";
import { rehearsalView } from "../../views/rehearsal-view.ts";
import type { Context } from "../shared/context.ts";
import { claimState } from "./claim-state.ts";
import { appFolders, type ServerFlags, startServer } from "./server.ts";

export interface DevFlags extends ServerFlags {
  port: number;
}

/** `belt dev`: serves the API on this machine until Ctrl-C, then drains (src/local/README.md, "Workers"). */
export async function dev(ctx: Context, appDirs: string[], flags: DevFlags): Promise<void> {
  const folders = await appFolders(ctx, appDirs);
  const claim = await claimState(ctx);
  try {
    await serve(ctx, folders, flags);
  } finally {
    await claim.release();
  }
  throw ctx.signal.reason;
}

async function serve(ctx: Context, folders: string[], flags: DevFlags): Promise<void> {
  const address = devAddress(ctx.store.paths.state);
  const time = () => new Date(ctx.now()).toISOString();
  // Whatever happens before the server has been announced is told after it.
  const unshown: DevEvent[] = [];
  let show = (event: DevEvent): unknown => unshown.push(event);
  const server = await startServer(ctx, folders, flags, {
    port: flags.port,
    stateDir: ctx.store.paths.state,
    onEvent: (event) => void show({ time: time(), ...event }),
  });
  try {
    await writeAddress(
      address,
      { url: server.url, key: server.key, pid: ctx.machine.pid },
      { owner: ctx.store.owner, warn: (text) => ctx.out.warn(text) },
    );
    ctx.out.progress.busy("loading apps");
    const apps = await Promise.race([server.apps(), aborted(ctx.signal)]);
    ctx.out.progress.stop();
    if (!apps) return;
    const { url, key } = server;
    const rehearsal = server.rehearsal();
    const faults = rehearsal && { scenario: rehearsal.scenario, steps: rehearsal.steps.length };
    const serving: ServingEvent = {
      type: "server",
      time: time(),
      url,
      key,
      faults,
      apps,
    };
    ctx.out.event(serving, servingView);
    show = (event) => ctx.out.event(event, devEventView);
    // Which apps are broken has just been said.
    for (const event of unshown) if (event.type !== "app") show(event);
    await aborted(ctx.signal);
  } finally {
    ctx.out.note("stopping: tasks are cancelled, sessions ended");
    const rehearsal = server.rehearsal();
    if (rehearsal) ctx.out.event({ type: "rehearsal", time: time(), ...rehearsal }, rehearsalView);
    await server.close();
    await removeAddress(address, ctx.machine.pid).catch((error: Error) =>
      ctx.out.warn(`the address of this server could not be removed: ${fileReason(error)}`),
    );
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
