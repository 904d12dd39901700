import type { Account, Named } from "../../account/account.ts";
import type { ProxyInUse } from "../../account/proxy.ts";
import type { Api } from "../../api/client.ts";
import type { BeltCommand, Hint } from "../../hint.ts";
import type { Readers } from "../../input/read-object.ts";
import type { Journal } from "../../store/journal.ts";
import type { Paths } from "../../store/paths.ts";
import type { LockOwner } from "../../store/process-lock.ts";
import type { Profiles } from "../../store/profiles.ts";
import type { ServerAddress } from "../../store/server-address.ts";
import type { Output } from "../../terminal/output.ts";
import type { PictureWay } from "../../terminal/picture.ts";
import type { Ask } from "../../terminal/prompt.ts";

/** Everything a command may touch. What costs something is made when first asked for. */
export interface Context {
  out: Output;
  /**
   * A client for the API that the options and the environment name. With a scenario, which the first call
   * decides: for a local server of this command's own, with these faults.
   */
  api(scenario?: string): Promise<Api>;
  /** This very command, aimed elsewhere: at `--local`, `--profile <name>` or `--api-url <url>`. */
  sameCommand(...target: string[]): BeltCommand;
  /** The `belt dev` that serves with this state folder; null when there is none. */
  runningServer(): Promise<ServerAddress | null>;
  endpoint: Endpoint;
  credentials: Credentials;
  /** BELT_MAX_COST as it was set, in USD: the most that this command may spend. */
  maxCost: string | null;
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP with the error to end with; the second leaves at once. */
  signal: AbortSignal;
  signals: Signals;
  /** Milliseconds since 1970. */
  now(): number;
  questions: Questions;
  readers: InputReaders;
  store: Store;
  machine: Machine;
}

/** What is told while a run is made ready, submitted, followed and saved. */
type Reporter = Pick<Output, "note" | "warn" | "trace" | "redact"> & {
  progress: Pick<Output["progress"], "busy" | "phase">;
};

/** The same for one run among many: what it tells goes where its command wants it. */
export type RunContext = Omit<Context, "out"> & { out: Reporter };

/** Which API a command talks to, as far as it is known without opening anything. */
export interface Endpoint {
  local: boolean;
  /** The base URL; null for a local server, whose address is not known yet. */
  baseUrl: string | null;
  /** Where the profile in force wants runs to go. */
  infra: string | null;
  /** What a command needs in its environment to talk to the same API. */
  env: Record<string, string>;
  /** Lets a command that is started with `env` reach an API that lives inside this process, until `release`. */
  expose(): Promise<ExposedServer>;
}

interface Signals {
  /** Until the returned function is called, signals go to `handler` and neither abort nor leave. */
  capture(handler: (signal: Signal) => void): () => void;
  /** What is said of the work left behind when a second signal leaves at once; the latest counts. */
  onForceQuit(words: ForceQuit | null): void;
}

/** What is asked of the user. */
export interface Questions {
  /** Asks for a field of an input; null when there is nobody to ask. */
  ask: Ask | null;
  /** Asks for one line after another on a terminal; null when there is nobody to ask. */
  lines: (() => Lines) | null;
  /**
   * Asks yes or no on a terminal; elsewhere a usage error that names the flag that answers. A question that
   * nobody expects has an `until`, which takes it back; what was typed before it is no answer to it.
   */
  confirm(question: string, flag: string, until?: AbortSignal): Promise<boolean>;
  /** Asks for a secret without echo on a terminal; elsewhere all of standard input. */
  secret(question: string): Promise<string>;
}

interface InputReaders extends Readers {
  /** What comes out of a pipe as a file of its own, which goes with the command; "-" is standard input. */
  spool(source: string): Promise<string>;
}

/** What belt keeps on disk. */
interface Store {
  paths: Paths;
  journal: Journal;
  /** Whose the temporary files and the locks are. */
  owner: LockOwner;
}

/** The computer, and the process on it. */
interface Machine {
  /** The package's own folder, for the local server. */
  root: string;
  cwd: string;
  home: string;
  pid: number;
  versions(): Promise<Versions>;
  /** True when the user types at this command: a Ctrl-C there reaches the command's children, too. */
  onTerminal: boolean;
  /** How the terminal on stdout shows pictures; null when it cannot. */
  pictures: PictureWay | null;
  /** Runs a command on belt's own streams; 128 + n when signal n ended it. */
  spawn(command: string[], env: Record<string, string>): Child;
  /**
   * Ends every process whose environment has this `NAME=value`, where the system shows environments;
   * gives their number.
   */
  endAllWith(setting: string): Promise<number>;
  /** Sees to it that the same is done should belt be killed; what it gives ends that. */
  guard(setting: string): Promise<() => void>;
  /** Runs a line of the shell for an agent, without belt's keys, until it has ended or `signal` aborts. */
  runTool(command: string, input: string, bounds: ToolBounds): Promise<ToolRun>;
  /** Opens where `--events` writes to, a file's path or `fd:N`; waits for a reader until `deadline`. */
  openEvents(target: string, deadline: AbortSignal): Promise<EventsTarget>;
}

export interface ToolBounds {
  /** Milliseconds. */
  timeout: number;
  /** Bytes of its standard output. */
  most: number;
  signal: AbortSignal;
}

/** What became of a tool. */
export interface ToolRun {
  stdout: string;
  /** The end of what it wrote to standard error. */
  stderr: string;
  /** 128 + n when signal n ended it. */
  code: number;
  /** Which bound ended it. */
  ended: "timeout" | "flood" | "signal" | null;
  /** False when something that it left running had more to say, perhaps. */
  isWhole: boolean;
}

/** A conversation on the terminal. */
export interface Lines {
  /** What was typed; null at Ctrl-D. Throws when the user wants to leave. */
  next(): Promise<string | null>;
  /** What was typed while nobody asked is not given any more. */
  forgetTypedAhead(): void;
}

interface ExposedServer {
  env: Record<string, string>;
  release(): Promise<void>;
}

interface Versions {
  belt: string;
  node: string;
  platform: NodeJS.Platform;
}

/** What decides about keys. */
export interface Credentials {
  profiles: Profiles;
  /** What options and environment name outright. */
  named(): Named;
  /**
   * What is in force, at odds with itself or not, or would be with this profile; throws a usage
   * error for an unknown one.
   */
  account(profile?: string): Promise<Account>;
  /** A client for an account, closed by the caller. */
  connect(account: Account): Promise<Api>;
  /** The proxy on the way to an address; throws a usage error when it is named wrongly. */
  proxy(url: string): ProxyInUse | null;
  /** The variables by which other programs reach this machine, too, without one. */
  withoutProxy(): Record<string, string>;
}

export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

export interface ForceQuit {
  message: string;
  hint: Hint;
  taskId?: string | undefined;
}

/** A command started for the user. */
export interface Child {
  kill(signal: Signal | "SIGKILL"): void;
  /** Its exit code; throws when it could not be started. */
  exit: Promise<number>;
}

export interface EventsTarget {
  /** True while something has not been taken by the reader. */
  readonly isBehind: boolean;
  write(line: string): void;
  /** Waits for a reader that is slower than belt. */
  drained(): Promise<void>;
  /** Throws when something could not be written. */
  close(): Promise<void>;
}
