import { rename } from "node:fs/promises";
import { fileReason } from "../file-reason.ts";

/** Moves a file that cannot be understood out of the way, and tells where it is: never silently replaced, never lost. */
export async function setAside(path: string, what: string, warn: (text: string) => void): Promise<void> {
  const aside = `${path}.corrupt-${new Date().toISOString().replaceAll(":", "-")}`;
  await rename(path, aside).then(
    () => warn(`${what} ${path} cannot be understood; it was set aside as ${aside}`),
    (error: NodeJS.ErrnoException) => {
      // Another belt was faster.
      if (error.code === "ENOENT") return;
      warn(`${what} ${path} cannot be understood, and could not be set aside: ${fileReason(error)}`);
    },
  );
}
