/** True while a process of that id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The id by which workers, and later servers, can ask whether this one still lives. */
export function ownPid(): number {
  return process.pid;
}
