import { type FolderMode, OPEN } from "../store/permissions.ts";
import { formatDuration } from "../terminal/text.ts";
import { type DoctorDocument, WORRYING_SKEW } from "./doctor-document.ts";

/** The report with the sentence it ends with: that all is well, or the one thing to do. */
export function withAdvice(report: Omit<DoctorDocument, "advice">): DoctorDocument {
  return { ...report, advice: adviceOf(report) };
}

function adviceOf({ error, api, key, folders, proxy }: Omit<DoctorDocument, "advice">): string {
  if (error?.hint?.endsWith("?")) return `To do: ${error.message}; ${error.hint}`;
  if (error) return `To do: ${error.hint ?? error.message}.`;
  const skew = api.clock_skew_ms ?? 0;
  const folder = folders.find(({ ok }) => !ok);
  if (api.streams === false) {
    const by = proxy ? `the proxy of ${proxy.from}` : "a proxy on the way";
    return `To do: have ${by} pass streams as they come, or name the API's host in NO_PROXY; until then runs are followed by polling.`;
  }
  if (Math.abs(skew) > WORRYING_SKEW)
    return `To do: set this machine's clock, which is off by ${formatDuration(Math.abs(skew))}.`;
  if (folder) return folderAdvice(folder);
  if (key.overrides !== null)
    return `All is well: runs use the key of ${key.from}; unset it to use that of profile ${key.overrides}.`;
  if (api.lasts === false)
    return "All is well: no belt dev is running, so each command starts a server of its own, which ends with it.";
  return `All is well: runs get through to ${api.url ?? "the local server"}.`;
}

/** A folder that is open can be closed; for one that cannot be used there has to be another. */
function folderAdvice({ name, path, problem }: FolderMode): string {
  if (problem === OPEN) return `To do: chmod go-rwx ${path}, which is ${problem}.`;
  return `To do: choose another ${name} folder with BELT_${name.toUpperCase()}_DIR: ${problem}.`;
}
