import { constants } from "node:os";
import type { Child, Signal } from "../commands/shared/context.ts";
import { BeltError } from "../errors.ts";
import type { Output } from "../terminal/output.ts";
import type { Host } from "./host.ts";

/** What a shell gives for a command that is not there. */
const NOT_FOUND = 127;

/** Starts a command on belt's own streams; its exit code is what a shell would give. */
export function spawnCommand(host: Host, out: Output, command: string[], env: Record<string, string>): Child {
  const [file = "", ...args] = command;
  if (file === "") {
    out.error(notStarted("''", "ENOENT", undefined));
    return { kill() {}, exit: Promise.resolve(NOT_FOUND) };
  }
  const signals: (Signal | "SIGKILL")[] = [];
  let deliver = (signal: Signal | "SIGKILL"): void => void signals.push(signal);
  const run = async (): Promise<number> => {
    const { execa } = await import("execa");
    const child = execa(file, args, {
      cwd: host.cwd,
      env: { ...host.env, ...env },
      extendEnv: false,
      stdio: "inherit",
      reject: false,
    });
    deliver = (signal) => void child.kill(signal);
    for (const signal of signals) deliver(signal);
    const { exitCode, signal, code, shortMessage } = await child;
    if (exitCode !== undefined) return exitCode;
    if (signal !== undefined) return 128 + constants.signals[signal];
    out.error(notStarted(file, code, shortMessage));
    return code === "ENOENT" ? NOT_FOUND : 126;
  };
  return { kill: (signal) => deliver(signal), exit: run() };
}

function notStarted(file: string, code: string | undefined, detail: string | undefined): BeltError {
  const told = { ENOENT: "there is no such command", EACCES: "it is not executable" }[code ?? ""];
  const reason = told ?? detail ?? "it could not be started";
  return new BeltError({
    code: "command_not_started",
    message: `cannot run ${file}: ${reason}`,
    exit: "failure",
  });
}
