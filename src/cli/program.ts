import { Command, Option } from "commander";
import type { ApiFlags } from "../commands/api.ts";
import type { AppFlags, ListFlags as AppListFlags, SampleFlags } from "../commands/app.ts";
import type { Context } from "../commands/context.ts";
import type { DevFlags } from "../commands/dev.ts";
import type { UploadFlags } from "../commands/file.ts";
import type { LoginFlags } from "../commands/login.ts";
import type { RunFlags } from "../commands/run.ts";
import type { EndFlags, KeepaliveFlags } from "../commands/session.ts";
import type { ExecFlags } from "../commands/session-exec.ts";
import type { GetFlags } from "../commands/task.ts";
import type { FollowFlags, WaitFlags } from "../commands/task-follow.ts";
import type { ListFlags as TaskListFlags } from "../commands/task-list.ts";
import { usageError } from "../errors.ts";
import { parseDuration } from "../input/duration.ts";
import type { ColourChoice } from "../terminal/paint.ts";
import { addCompletion } from "./completion.ts";
import { addHelp } from "./help.ts";
import type { Host } from "./host.ts";
import { beltVersion } from "./version.ts";

/** Options that every command takes (cli.md section 2). */
export interface GlobalFlags {
  profile?: string;
  apiUrl?: string;
  local?: boolean;
  json?: boolean;
  field?: string;
  quiet?: boolean;
  verbose?: boolean;
  color?: ColourChoice;
  /** False with --no-prompt. */
  prompt?: boolean;
  /** Milliseconds. */
  requestTimeout?: number;
}

/** A command; a number is the exit code of what it ran for the user. */
type Action = (context: Context) => Promise<unknown>;

/** Runs an action that is loaded only now. */
type Act = (load: () => Promise<Action>) => Promise<void>;

/** The whole grammar. Each action loads its command when it is run, so that help and version load the parser alone. */
export async function buildProgram(
  host: Host,
  execute: (flags: GlobalFlags, action: Action) => Promise<void>,
): Promise<Command> {
  const program = new Command("belt")
    .description("Run any inference.sh app from a shell, follow it, stop it, and script all of it.")
    .usage("<command> [options]")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      // Help that is shown for want of a subcommand is an answer, too.
      writeErr: (text) => void host.stdout.write(text),
      // Errors are reported by main, in belt's own form.
      outputError: () => {},
    })
    .configureHelp({ showGlobalOptions: true, helpWidth: helpWidth(host), sortSubcommands: false })
    .version(beltVersion(host.root), "-V, --version", "print the version");
  addGlobalOptions(program);

  const act: Act = (load) => execute(program.opts<GlobalFlags>(), async (ctx) => (await load())(ctx));
  addRun(program, act);
  addTask(program.command("task").description("look at tasks, stop, follow and await them"), act);
  addSession(program.command("session").description("manage stateful sessions"), act);
  addApp(program.command("app").description("find apps, and see what they take"), act);
  addFile(program.command("file").description("upload files"), act);
  addDev(program, act);
  addLogin(program, act);
  addProfile(program.command("profile").description("manage API keys and where they belong"), act);
  addRaw(program, act);
  addCompletion(program, host);
  addHelp(program, host);
  return program;
}

function addGlobalOptions(program: Command): void {
  program
    .helpOption("-h, --help", "show help")
    .option("--profile <name>", "profile to use (env BELT_PROFILE)")
    .option("--api-url <url>", "base URL of the API (env BELT_API_URL)")
    .option(
      "--local",
      "use the local server: a running `belt dev`, else one inside this command (env BELT_LOCAL=1)",
    )
    .option("--json", "machine output: one JSON document on stdout")
    .option("--field <path>", "print one field of the result, such as output.image.uri", fieldPath)
    .option("-q, --quiet", "print the bare result only")
    .option("--no-prompt", "never ask")
    .option("-v, --verbose", "trace requests on stderr, never with the key")
    .addOption(new Option("--color <when>", "colour the output").choices(["auto", "always", "never"]))
    .option(
      "--request-timeout <dur>",
      "bound on one HTTP exchange (default 30s)",
      duration("--request-timeout"),
    );
}

function addRun(program: Command, act: Act): void {
  program
    .command("run")
    .summary("submit a run, follow it, print its output")
    .description("Submit a run, follow it to its end, and print its output.")
    .argument("<app>", "namespace/name, or namespace/name@version")
    .option("--help-app", "show the app and its inputs, run nothing")
    .optionsGroup("What to run:")
    .option("-i, --input <spec>", INPUT_HELP, collect)
    .option("--setup <spec>", "setup parameters, written like --input (repeatable)", collect)
    .option("--allow-sensitive", ALLOW_SENSITIVE_HELP)
    .option("--function <name>", "entry point of the app, if not its default", notEmpty("--function"))
    .addOption(infraOption("where to run it"))
    .option("--worker <id>", "run on this worker (repeatable)", (id, before?: string[]) =>
      collect(notEmpty("--worker")(id), before),
    )
    .option("--variant <name>", "variant of the app", notEmpty("--variant"))
    .option("--webhook <url>", "URL that gets a POST when the task ends")
    .option("--session <new|id|@last>", "open a session, or go on with one")
    .option("--session-timeout <s>", "idle seconds until a new session expires, 1 to 3600")
    .optionsGroup("How to follow it:")
    .option("--no-wait", "print the task and return")
    .option(
      "--timeout <dur>",
      "stop waiting after this long; the task goes on; exit 8",
      duration("--timeout"),
    )
    .addOption(
      new Option("--on-interrupt <what>", "what Ctrl-C does to the task")
        .choices(["cancel", "detach"])
        .default("cancel"),
    )
    .option("--save <dir>", "download every file of the output into this folder; nothing is overwritten")
    .addOption(
      new Option("--preview <when>", "show images on a terminal").choices(["auto", "never"]).default("auto"),
    )
    .option("--events <file|fd:N>", "also write the task's events there, as NDJSON")
    .option(
      "--dry-run",
      "print the request that would be sent and the files that would be uploaded, send nothing",
    )
    .addHelpText(
      "after",
      examples(
        'belt run infsh/flux --input prompt="a lighthouse at dusk" --local',
        "belt run infsh/flux --input @params.json --input seed:=7 --json",
        "id=$(belt run infsh/flux --input prompt=fog --no-wait -q)",
      ),
    )
    .action((app: string, flags: RunFlags & { helpApp?: boolean }) =>
      act(async () => {
        if (flags.helpApp) {
          const { get } = await import("../commands/app.ts");
          return (ctx) => get(ctx, app, flags);
        }
        const { run } = await import("../commands/run.ts");
        return (ctx) => run(ctx, app, flags);
      }),
    );
}

function addTask(task: Command, act: Act): void {
  task
    .command("get")
    .summary("show tasks")
    .description("Show tasks as they are now. How a task ended is reported, and the exit code is 0.")
    .argument("<id...>", ID_HELP)
    .option("--save <dir>", "download every file of the output into this folder; nothing is overwritten")
    .addHelpText(
      "after",
      examples("belt task get @last --field output.image.uri", "belt task get @last --save pictures/"),
    )
    .action((ids: string[], flags: GetFlags) =>
      act(async () => {
        const { get } = await import("../commands/task.ts");
        return (ctx) => get(ctx, ids, flags);
      }),
    );
  task
    .command("list")
    .summary("list tasks")
    .description("List the newest tasks of the account, or what this machine submitted.")
    .option("-L, --limit <n>", "how many at most", wholeNumber("--limit", 1, 10_000), 30)
    .option("--journal", "list what this machine submitted instead, without asking the API")
    .addHelpText("after", examples("belt task list --limit 5", "belt task list --journal --field id"))
    .action((flags: TaskListFlags) =>
      act(async () => {
        const { list } = await import("../commands/task-list.ts");
        return (ctx) => list(ctx, flags);
      }),
    );
  task
    .command("watch")
    .summary("show what happens to tasks, as it happens")
    .description("Show what happens to tasks until they have ended. With --json, one event a line.")
    .argument("<id...>", ID_HELP)
    .option("--timeout <dur>", "stop watching after this long; exit 8", duration("--timeout"))
    .addHelpText("after", examples("belt task watch @last", "belt task watch @last --json | jq -r .type"))
    .action((ids: string[], flags: FollowFlags) =>
      act(async () => {
        const { watch } = await import("../commands/task-follow.ts");
        return (ctx) => watch(ctx, ids, flags);
      }),
    );
  task
    .command("wait")
    .summary("wait until tasks have ended")
    .description("Wait until all tasks have ended, and print them in the order they finish.")
    .argument("<id...>", ID_HELP)
    .option("--any", "wait until one has succeeded")
    .option("--all", "wait until all have ended (the default)")
    .option("--fail-fast", "return at the first that fails")
    .option("--timeout <dur>", "stop waiting after this long; exit 8", duration("--timeout"))
    .addHelpText(
      "after",
      examples("belt task wait @last", "belt task list --journal -q | belt task wait - --fail-fast"),
    )
    .action((ids: string[], flags: WaitFlags) =>
      act(async () => {
        const { wait } = await import("../commands/task-follow.ts");
        return (ctx) => wait(ctx, ids, flags);
      }),
    );
  task
    .command("logs")
    .summary("print the log of tasks")
    .description("Print the log of tasks, with -f as it grows.")
    .argument("<id...>", ID_HELP)
    .option("-f, --follow", "go on until the tasks have ended")
    .addHelpText("after", examples("belt task logs @last", "belt task logs -f @last"))
    .action((ids: string[], { follow }: { follow?: boolean }) =>
      act(async () => {
        if (follow) {
          const { followLogs } = await import("../commands/task-follow.ts");
          return (ctx) => followLogs(ctx, ids);
        }
        const { logs } = await import("../commands/task-logs.ts");
        return (ctx) => logs(ctx, ids);
      }),
    );
  task
    .command("cancel")
    .summary("cancel tasks")
    .description("Cancel tasks, and say what really happened to each.")
    .argument("<id...>", ID_HELP)
    .addHelpText(
      "after",
      examples("belt task cancel @last", "belt task list --journal --field id | belt task cancel -"),
    )
    .action((ids: string[]) =>
      act(async () => {
        const { cancel } = await import("../commands/task.ts");
        return (ctx) => cancel(ctx, ids);
      }),
    );
}

function addSession(session: Command, act: Act): void {
  session
    .command("list")
    .summary("list active sessions")
    .description("List the active sessions, what expires first on top.")
    .addHelpText("after", examples("belt session list", "belt session list --field id"))
    .action(() =>
      act(async () => {
        const { list } = await import("../commands/session.ts");
        return (ctx) => list(ctx);
      }),
    );
  session
    .command("get")
    .summary("show sessions")
    .description("Show sessions as they are now.")
    .argument("<id...>", SESSION_ID_HELP)
    .addHelpText("after", examples("belt session get @last", "belt session get @last --field expires_in"))
    .action((ids: string[]) =>
      act(async () => {
        const { get } = await import("../commands/session.ts");
        return (ctx) => get(ctx, ids);
      }),
    );
  session
    .command("keepalive")
    .summary("reset the idle timer of sessions")
    .description("Reset the idle timer of sessions, once or again and again until Ctrl-C.")
    .argument("<id...>", SESSION_ID_HELP)
    .option("--every <dur>", "go on, with this pause in between", duration("--every"))
    .addHelpText(
      "after",
      examples("belt session keepalive @last", "belt session keepalive @last --every 20s"),
    )
    .action((ids: string[], flags: KeepaliveFlags) =>
      act(async () => {
        const { keepalive } = await import("../commands/session.ts");
        return (ctx) => keepalive(ctx, ids, flags);
      }),
    );
  session
    .command("end")
    .summary("end sessions")
    .description("End sessions. Ending one that has ended already is success.")
    .argument("[id...]", SESSION_ID_HELP)
    .option("--all", "end all active sessions; asks first")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("belt session end @last", "belt session end --all --yes"))
    .action((ids: string[], flags: EndFlags) =>
      act(async () => {
        const { end } = await import("../commands/session.ts");
        return (ctx) => end(ctx, ids, flags);
      }),
    );
  session
    .command("exec")
    .summary("run a command inside a session of its own")
    .description(
      "Open a session with a first call, run the command with BELT_SESSION set, keep the session alive " +
        "meanwhile, and end it whatever happens. The exit code is the command's.",
    )
    .argument("<app>", "namespace/name, or namespace/name@version")
    .argument("<command...>", "what to run, after --")
    .option("--session-timeout <s>", "idle seconds until the session expires, 1 to 3600")
    .option("-i, --input <spec>", `for the first call: ${INPUT_HELP}`, collect)
    .option("--setup <spec>", "setup parameters, written like --input (repeatable)", collect)
    .option("--allow-sensitive", ALLOW_SENSITIVE_HELP)
    .option("--function <name>", "entry point for the first call")
    .addHelpText(
      "after",
      examples(
        "belt session exec infsh/counter --local -- sh -c 'belt run infsh/counter --session \"$BELT_SESSION\"'",
        "belt session exec infsh/counter --local --input by:=5 -- ./many-calls.sh",
      ),
    )
    .action((app: string, command: string[], flags: ExecFlags) =>
      act(async () => {
        const { exec } = await import("../commands/session-exec.ts");
        return (ctx) => exec(ctx, app, command, flags);
      }),
    );
}

function addApp(app: Command, act: Act): void {
  app
    .command("get")
    .summary("show an app and its inputs")
    .description("Show an app, its functions, and what each of them takes.")
    .argument("<app>", "namespace/name")
    .option("--function <name>", "this function only")
    .addHelpText("after", examples("belt app get infsh/flux --local"))
    .action((name: string, flags: AppFlags) =>
      act(async () => {
        const { get } = await import("../commands/app.ts");
        return (ctx) => get(ctx, name, flags);
      }),
    );
  app
    .command("sample")
    .summary("print an input to start from")
    .description("Print an input that the app takes, made from its schema.")
    .argument("<app>", "namespace/name")
    .option("--function <name>", "for this function, if not the default")
    .option("--save <file>", "write it there, as YAML if the name ends so; nothing is overwritten")
    .addHelpText(
      "after",
      examples("belt app sample infsh/flux --local | belt run infsh/flux --local --input @-"),
    )
    .action((name: string, flags: SampleFlags) =>
      act(async () => {
        const { sample } = await import("../commands/app.ts");
        return (ctx) => sample(ctx, name, flags);
      }),
    );
  app
    .command("list")
    .summary("list apps")
    .description("List the apps of the catalogue.")
    .option("--search <text>", "those that match only")
    .option("-L, --limit <n>", "how many at most", wholeNumber("--limit", 1, 10_000), 30)
    .addHelpText("after", examples("belt app list --search video", "belt app list --local"))
    .action((flags: AppListFlags) =>
      act(async () => {
        const { list } = await import("../commands/app.ts");
        return (ctx) => list(ctx, flags);
      }),
    );
}

function addFile(file: Command, act: Act): void {
  file
    .command("upload")
    .summary("upload files, print their uris")
    .description("Upload files and print their uris, which any input takes.")
    .argument("<path...>", "files, - for standard input")
    .option("--allow-sensitive", ALLOW_SENSITIVE_HELP)
    .addHelpText("after", examples("belt file upload cat.png", "uri=$(belt file upload - < clip.mp4)"))
    .action((paths: string[], flags: UploadFlags) =>
      act(async () => {
        const { upload } = await import("../commands/file.ts");
        return (ctx) => upload(ctx, paths, flags);
      }),
    );
}

function addDev(program: Command, act: Act): void {
  program
    .command("dev")
    .summary("serve the API on this machine, with your apps")
    .description(
      "Serve the API on this machine, running the apps in these folders and those that come with belt.",
    )
    .argument("[appdir...]", "folders of inference.sh apps")
    .option("--port <n>", "port to listen on, 0 for any", wholeNumber("--port", 0, 65_535), 4117)
    .option("--workers <n>", "worker processes at most", wholeNumber("--workers", 1, 64), 4)
    .option(
      "--task-timeout <dur>",
      "cut off a task that runs longer (default 10m)",
      duration("--task-timeout"),
    )
    .addOption(
      new Option("--dialect <form>", "answer in one form of the API only, not in all at once").choices([
        "current",
        "v1",
        "v2",
      ]),
    )
    .addOption(
      new Option("--status-table <year>", "number statuses as the API did then")
        .choices(["2026", "2025"])
        .default("2026"),
    )
    .addHelpText("after", examples("belt dev", "belt dev ./my-app --port 0"))
    .action((appDirs: string[], flags: DevFlags) =>
      act(async () => {
        const { dev } = await import("../commands/dev.ts");
        return (ctx) => dev(ctx, appDirs, flags);
      }),
    );
}

function addLogin(program: Command, act: Act): void {
  program
    .command("login")
    .summary("store an API key in a profile")
    .description(
      "Ask for an API key, without echo, or read it from standard input; try it, and store it in the profile " +
        'that --profile names, else in "default", for the API that --api-url names.',
    )
    .addOption(infraOption("where runs go with this profile"))
    .addOption(
      new Option("--status-table <year>", "the status numbers this API uses, if belt cannot tell").choices([
        "auto",
        "2025",
        "2026",
      ]),
    )
    .option("--insecure", "allow plain http to another machine")
    .option("--no-check", "store the key without asking the API about it")
    .addHelpText(
      "after",
      examples("belt login", "pass show inference.sh | belt login", "belt login --profile work < key-file"),
    )
    .action((flags: LoginFlags) =>
      act(async () => {
        const { login } = await import("../commands/login.ts");
        return (ctx) => login(ctx, flags);
      }),
    );
  program
    .command("logout")
    .summary("forget the key of a profile")
    .description("Forget the key of the profile that --profile names, else of the current one.")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("belt logout", "belt logout --profile work --yes"))
    .action((flags: { yes?: boolean }) =>
      act(async () => {
        const { logout } = await import("../commands/login.ts");
        return (ctx) => logout(ctx, flags);
      }),
    );
}

function addProfile(profile: Command, act: Act): void {
  profile
    .command("list")
    .summary("list profiles")
    .description("List the profiles; the current one has a mark.")
    .addHelpText("after", examples("belt profile list", "belt profile list -q"))
    .action(() =>
      act(async () => {
        const { list } = await import("../commands/profile.ts");
        return (ctx) => list(ctx);
      }),
    );
  profile
    .command("use")
    .summary("choose the current profile")
    .description("Choose the profile that counts when none is named.")
    .argument("<name>", "name of a profile")
    .addHelpText("after", examples("belt profile use work"))
    .action((name: string) =>
      act(async () => {
        const { use } = await import("../commands/profile.ts");
        return (ctx) => use(ctx, name);
      }),
    );
  profile
    .command("show")
    .summary("show what is in force, and why")
    .description(
      "Show the API and the key in force, or those of a profile, and what decided each. Of a key, only the " +
        "last four characters are shown.",
    )
    .argument("[name]", "name of a profile")
    .addHelpText("after", examples("belt profile show", "belt profile show work --field api_url"))
    .action((name: string | undefined) =>
      act(async () => {
        const { show } = await import("../commands/profile.ts");
        return (ctx) => show(ctx, name);
      }),
    );
  profile
    .command("remove")
    .summary("remove a profile and its key")
    .description("Remove a profile and its key.")
    .argument("<name>", "name of a profile")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("belt profile remove work --yes"))
    .action((name: string, flags: { yes?: boolean }) =>
      act(async () => {
        const { remove } = await import("../commands/profile.ts");
        return (ctx) => remove(ctx, name, flags);
      }),
    );
}

function addRaw(program: Command, act: Act): void {
  program
    .command("api")
    .summary("send one request to the API")
    .description(
      "Send one authenticated request to the API, and print what it answers. The input becomes the body, of a " +
        "GET the query. A request that changes something is not sent twice.",
    )
    .argument("<method>", "GET, POST, PUT, PATCH or DELETE")
    .argument("<path>", "a path of the API, such as /sessions; never another host")
    .option("-i, --input <spec>", INPUT_HELP, collect)
    .addHelpText(
      "after",
      examples("belt api GET /sessions", "belt api POST /tasks/list --input limit:=3 --field items.0.id"),
    )
    .action((method: string, path: string, flags: ApiFlags) =>
      act(async () => {
        const { api } = await import("../commands/api.ts");
        return (ctx) => api(ctx, method, path, flags);
      }),
    );
  program
    .command("doctor")
    .summary("say what is in force, and whether the API answers")
    .description(
      "Say which versions, profile, key source, API and proxy are in force, and whether the API answers. The " +
        "exit code is that of a run which fails for it: 0 when runs would get through.",
    )
    .addHelpText("after", examples("belt doctor", "belt doctor --json | jq .api"))
    .action(() =>
      act(async () => {
        const { doctor } = await import("../commands/doctor.ts");
        return (ctx) => doctor(ctx);
      }),
    );
}

function infraOption(description: string): Option {
  return new Option("--infra <where>", description).choices(["cloud", "private", "private_first"]);
}

const INPUT_HELP = "key=text, key:=json, key=@file, '{…}', @file.json or @- (repeatable)";
const ALLOW_SENSITIVE_HELP = "upload files that look like secrets, too";
const ID_HELP =
  "task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input";
const SESSION_ID_HELP =
  "session ids; @last is the newest this machine opened, - reads ids from standard input";

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

function notEmpty(flag: string): (text: string) => string {
  return (text) => {
    if (text.trim() !== "") return text;
    throw usageError(`${flag} is empty`);
  };
}

function duration(flag: string): (text: string) => number {
  return (text) => parseDuration(text, flag);
}

function wholeNumber(flag: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw usageError(`${flag}: "${text}" is not a whole number from ${least} to ${most}`);
  };
}

function fieldPath(path: string): string {
  if (path.split(".").every((part) => part !== "")) return path;
  throw usageError(`--field: "${path}" has an empty part`, "write it like output.image.uri");
}

function helpWidth({ stdout }: Host): number {
  return Math.min(stdout.isTTY ? (stdout.columns ?? 80) : 100, 100);
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
