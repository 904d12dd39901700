/**
 * A process of its own, which does for a belt that was killed what that can no longer do: when the pipe that
 * only belt holds has ended, it ends all whose environment has the setting in its arguments.
 */
import { endAllWith } from "./processes.ts";

const [, , setting = ""] = process.argv;

process.stdin.resume().once("end", () => void endAllWith(setting, end));

function end(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself meanwhile.
  }
}
