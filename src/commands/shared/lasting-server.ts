import { type BeltError, usageError } from "../../errors.ts";
import { belt } from "../../hint.ts";

/** A server inside this process ends with the command; what is to outlive it needs `belt dev`. */
export function needsLastingServer(option: string): BeltError {
  return usageError(`${option} needs a local server that goes on after this command`, [
    "run ",
    belt("dev"),
    " in another terminal, then the same command again; a script runs in ",
    belt("dev exec", "--", "<script>"),
  ]);
}
