/** Tells the server why the app ended its process. Runs in the worker process. */
import { describeThrown, type Place, placeIn, placeText, stackOf } from "../error-text.ts";
import type { FromWorker } from "../workers/protocol.ts";

type Send = (message: FromWorker) => void;

export interface Endings {
  /** Where the app is: the frames of other files say less. */
  dir: string;
  send: Send;
  currentRun(): number | null;
  isLoaded(): boolean;
}

/** What nobody catches ends the process, as it does in node; and so does process.exit. */
export function tellEndings(endings: Endings): void {
  const exit = process.exit;
  process.on("uncaughtExceptionMonitor", (error: unknown) => {
    const isCaught =
      process.listenerCount("uncaughtException") > 0 || process.hasUncaughtExceptionCaptureCallback();
    if (isCaught || leavesPlaceToNode(error)) return;
    const stack = ownFrames(stackOf(error));
    if (stack !== "") endings.send({ kind: "log", text: stack, isError: false, run: endings.currentRun() });
    const place = placeIn(stack, endings.dir);
    // Of an app that cannot be loaded the place is told apart.
    const said = endings.isLoaded()
      ? `the app crashed: ${describeThrown(error, place)}`
      : describeThrown(error, null);
    tell(endings, "crash", said, place);
    exit(1);
  });
  process.exit = (code) => {
    const place = placeIn(new Error().stack ?? "", endings.dir);
    const where = place ? ` at ${placeText(place)}` : "";
    tell(endings, "exit", `the app called process.exit(${code ?? process.exitCode ?? ""})${where}`, place);
    return exit(code);
  };
}

function tell({ send }: Endings, by: "crash" | "exit", message: string, place: Place | null): void {
  try {
    send({ kind: "ending", by, message, place: place && placeText(place) });
  } catch {
    // An app that has closed the channel ends all the same.
  }
}

/** Frames of belt's and of node's own say nothing about the app. */
export function ownFrames(stack: string): string {
  const isForeign = (line: string) =>
    /^ +at /.test(line) && (line.includes(import.meta.url) || /[ (]node:/.test(line));
  return stack
    .split("\n")
    .filter((line) => !isForeign(line))
    .join("\n");
}

/** Of a module that cannot be parsed node alone knows the line: it prints it, with what is left of the stack. */
function leavesPlaceToNode(error: unknown): boolean {
  if (!(error instanceof SyntaxError) || /^ +at /m.test(ownFrames(error.stack ?? ""))) return false;
  if (!String(error.stack).startsWith(String(error))) return false;
  error.stack = String(error);
  return true;
}
