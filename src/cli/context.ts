import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Account } from "../account/account.ts";
import type { GlobalFlags } from "../account/flags.ts";
import { PINNED_TARGET_VARIABLE, pinnedTarget } from "../account/settings.ts";
import type { Context, Endpoint, EventsTarget, ForceQuit } from "../commands/shared/context.ts";
import type { BeltError } from "../errors.ts";
import { type BeltCommand, belt } from "../hint.ts";
import { Journal } from "../store/journal.ts";
import { beltPaths } from "../store/paths.ts";
import { wantsColor } from "../terminal/colors.ts";
import type { PacedWriter } from "../terminal/paced-writer.ts";
import { pictureWay } from "../terminal/picture.ts";
import { plainWidth, type TextWidth } from "../terminal/text-width.ts";
import type { Connection } from "./connect.ts";
import { openCredentials } from "./credentials.ts";
import { openEvents } from "./events-target.ts";
import type { Host } from "./host.ts";
import type { Interrupt } from "./interrupt.ts";
import { createOutput } from "./output.ts";
import { questions, readStdin } from "./questions.ts";
import { spawnCommand } from "./spawn.ts";
import { createSpool } from "./spool.ts";
import { splitTarget } from "./target-words.ts";
import { beltVersion } from "./version.ts";

/** For one HTTP exchange, milliseconds. */
const REQUEST_TIMEOUT = 30_000;

export interface OpenContext {
  context: Context;
  /** Closes what the command opened. */
  close(): Promise<void>;
  /** True while somebody has not read the events that were written. */
  isBehind(): boolean;
}

/** What measures text is loaded only where it is lined up for people. */
async function textWidthFor({ json, field }: GlobalFlags): Promise<TextWidth> {
  if (json || field !== undefined) return plainWidth;
  return (await import("../terminal/display-width.ts")).displayWidth;
}

/** What commands get. Nothing is read, opened or connected until a command asks for it. */
export async function createContext(
  host: Host,
  answer: PacedWriter,
  flags: GlobalFlags,
  interrupt: Interrupt,
): Promise<OpenContext> {
  const { signal } = interrupt;
  const out = await createOutput(host, answer, flags, await textWidthFor(flags));
  const paths = beltPaths(host);
  const spool = createSpool(host, signal);
  let connection: Promise<Connection> | null = null;
  let events: EventsTarget | null = null;
  const requestTimeout = flags.requestTimeout ?? REQUEST_TIMEOUT;
  const connect = async (account: Account, scenario?: string) => {
    const { connectApi } = await import("./connect.ts");
    return await connectApi({ host, account, requestTimeout, paths, out, signal, scenario });
  };
  const { current, ...credentials } = await openCredentials({ host, flags, paths, out, connect });
  const connected = async (scenario?: string) => {
    connection ??= connect(current(), scenario);
    return await connection;
  };
  const context: Context = {
    out,
    api: async (scenario) => (await connected(scenario)).api,
    runningServer: async () => {
      const { runningServer } = await import("./connect.ts");
      return await runningServer({ host, paths, out });
    },
    sameCommand: (...target) => sameCommand(host.argv, target),
    endpoint: endpointOf(current, async () => await (await connected()).exposeServer()),
    credentials,
    maxCost: host.env["BELT_MAX_COST"] || null,
    signal,
    signals: {
      capture: interrupt.capture,
      onForceQuit(words) {
        interrupt.onForceQuit = words && ((stop) => out.error(lastError(stop, words)));
      },
    },
    now: host.now,
    questions: questions(host, flags, out, signal),
    readers: {
      file: (path) => readFile(resolve(host.cwd, path)),
      stdin: () => readStdin(host, signal),
      spool: spool.file,
    },
    store: { paths, journal: new Journal(paths.state, (text) => out.warn(text)), owner: host },
    machine: {
      root: host.root,
      get cwd() {
        return host.cwd;
      },
      get home() {
        return host.home;
      },
      pid: host.pid,
      versions: async () => ({
        belt: await beltVersion(host.root),
        node: host.nodeVersion,
        platform: host.platform,
      }),
      get onTerminal() {
        return [host.stdin, host.stdout, host.stderr].some(({ isTTY }) => isTTY ?? false);
      },
      pictures: host.stdout.isTTY ? pictureWay(host.env, isColored(flags, host)) : null,
      spawn: (command, env) => spawnCommand(host, out, command, env),
      endAllWith: async (setting) => {
        const { endAllWith } = await import("./processes.ts");
        return await endAllWith(setting, (pid, signal) => host.kill(pid, signal));
      },
      guard: async (setting) => {
        const { startGuard } = await import("./guard.ts");
        return startGuard(join(host.root, "dist/cli/guard-process.cjs"), setting);
      },
      runTool: async (command, input, bounds) => {
        const { runTool } = await import("./run-tool.ts");
        return await runTool(host, command, input, bounds);
      },
      openEvents: async (target, deadline) => {
        events = await openEvents(target, { host, out, signal, deadline });
        return events;
      },
    },
  };
  const close = async () => {
    await spool.remove();
    await (await connection?.catch(() => null))?.api.close();
  };
  return { context, close, isBehind: () => events?.isBehind ?? false };
}

function lastError(stop: BeltError, { message, hint, taskId }: ForceQuit): BeltError {
  return stop.with({ message: `${stop.message}; ${message}`, hint, taskId });
}

/** A command line with other options that say where it goes. */
function sameCommand(argv: readonly string[], target: readonly string[]): BeltCommand {
  const end = argv.indexOf("--");
  const typed = end === -1 ? argv : argv.slice(0, end);
  const [first = "", ...others] = splitTarget(typed).rest;
  return { ...belt(first, ...others, ...target, ...argv.slice(typed.length)), isWhole: true };
}

function isColored({ color = "auto" }: GlobalFlags, { env, stdout }: Host): boolean {
  return wantsColor(color, env, stdout.isTTY ?? false);
}

/** Read when a command asks: not every command needs an account, and none may have to be in order. */
function endpointOf(account: () => Account, expose: Endpoint["expose"]): Endpoint {
  return {
    expose,
    get local() {
      return account().local;
    },
    get baseUrl() {
      return account().baseUrl;
    },
    get infra() {
      return account().infra;
    },
    get env() {
      return targetEnv(account());
    },
  };
}

function targetEnv({ local, baseUrl, profile }: Account): Record<string, string> {
  if (local || baseUrl === null) return { BELT_LOCAL: "1" };
  return {
    BELT_LOCAL: "",
    BELT_API_URL: baseUrl,
    BELT_PROFILE: profile ?? "",
    [PINNED_TARGET_VARIABLE]: profile === null ? "" : pinnedTarget(profile, baseUrl),
  };
}
