import { spawn } from "node:child_process";

/** Should this process be killed, another does `endAllWith(setting)`; what this gives ends that one. */
export function startGuard(program: string, setting: string): () => void {
  const guard = spawn(process.execPath, [program, setting], {
    // Out of reach of what ends belt, a Ctrl-C among them.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: {},
    windowsHide: true,
  });
  // Without a process to spare there is no guard, and all else as ever.
  guard.on("error", () => {}).unref();
  return () => guard.kill("SIGKILL");
}
