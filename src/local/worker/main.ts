/** The child process: loads one app, keeps one instance of it, and does what the server says. */
import { AsyncLocalStorage } from "node:async_hooks";
import { Socket } from "node:net";
import { pathToFileURL } from "node:url";
import type { JsonObject } from "../../wire/types.ts";
import { describeThrown, messageOf, placeIn, placeText, stackOf } from "../error-text.ts";
import { FROM_SERVER, readMessages, sendToServer } from "../workers/channel.ts";
import type { FromWorker, ToWorker } from "../workers/protocol.ts";
import { InvalidValue, type LoadedApp, readApp } from "./app.ts";
import { barePaths } from "./bare-paths.ts";
import { captureOutput } from "./capture-output.ts";
import { ownFrames, tellEndings } from "./endings.ts";
import { outputProblems } from "./output-problems.ts";
import { describeApp } from "./schemas.ts";
import { startWatchdog } from "./watchdog.ts";

type Send = (message: FromWorker) => void;

async function answer(
  app: LoadedApp,
  message: Exclude<ToWorker, { kind: "cancel" }>,
  send: Send,
): Promise<unknown> {
  switch (message.kind) {
    case "setup":
      return app.setup(message.setup);
    case "run":
      return run(app, message, send);
    case "describe":
      return describeApp(app);
    case "unload":
      return app.unload();
  }
}

async function run(
  app: LoadedApp,
  { id, function: name, input, context }: Extract<ToWorker, { kind: "run" }>,
  send: Send,
): Promise<unknown> {
  const value = await app.run(name, input, context, (output) => send({ kind: "partial", id, output }));
  const { output } = app.schemasOf(name);
  const warn = (text: string) => send({ kind: "log", text: `warning: ${text}`, isError: false, run: id });
  for (const { place, path } of barePaths(output, value))
    warn(
      `${place} is the path ${JSON.stringify(path)}, which is not stored: give {path}, or a File of @inferencesh/app`,
    );
  for (const problem of await outputProblems(output, value)) warn(problem);
  return value;
}

/** The app's folder, which it may leave later. */
const HOME = process.cwd();

/** The call whose code is running, also in what it leaves behind. */
const currentRun = new AsyncLocalStorage<number>();

async function receive(
  app: LoadedApp,
  message: ToWorker,
  send: Send,
  flushOutput: () => void,
): Promise<void> {
  if (message.kind === "cancel") {
    await app
      .cancel()
      .catch((error) =>
        send({ kind: "log", text: `onCancel: ${messageOf(error)}`, isError: true, run: null }),
      );
    return;
  }
  try {
    const value = await answer(app, message, send).finally(flushOutput);
    // A result that cannot become JSON throws here and is reported as the app's error.
    send({ kind: "result", id: message.id, value: value ?? null });
  } catch (error) {
    const stack = ownFrames(stackOf(error));
    if (stack) send({ kind: "log", text: stack, isError: false, run: null });
    const place = placeIn(stack, HOME);
    const isOfSchema = error instanceof InvalidValue;
    const said = isOfSchema ? messageOf(error) : describeThrown(error, place);
    send({
      kind: "error",
      id: message.id,
      message: message.kind === "setup" && !isOfSchema ? `setup failed: ${said}` : said,
      place: place && placeText(place),
    });
  }
}

async function main(entry: string, parent: number, mostMemory: number): Promise<void> {
  const fromServer = new Socket({ fd: FROM_SERVER });
  const watchdog = startWatchdog(parent, mostMemory);
  // The server may have gone: the watchdog then ends what this worker has started, before it ends itself.
  fromServer.once("close", () => watchdog.ref());
  const send: Send = sendToServer;
  const runNow = () => currentRun.getStore() ?? null;
  const flushOutput = captureOutput(runNow, (text, isError, run) =>
    send({ kind: "log", text, isError, run }),
  );
  let isLoaded = false;
  tellEndings({ dir: HOME, send, currentRun: runNow, isLoaded: () => isLoaded });
  const app = readApp(await import(pathToFileURL(entry).href), entry);
  isLoaded = true;
  const onMessage = (message: JsonObject) => {
    const asked = message as ToWorker;
    const work = () => void receive(app, asked, send, flushOutput);
    if (asked.kind === "run") currentRun.run(asked.id, work);
    else work();
    return true;
  };
  readMessages(fromServer, onMessage, () => fromServer.destroy());
  send({ kind: "loaded", functions: app.functions, unloads: app.unloads });
}

const [, , entry = "", parent, mostMemory] = process.argv;
main(entry, Number(parent), Number(mostMemory)).catch((error: unknown) => {
  // Outside of the promise: node then knows where in a module it found fault.
  setImmediate(() => {
    throw error;
  });
});
