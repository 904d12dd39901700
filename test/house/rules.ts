import { circles, type Module } from "./modules.ts";

/** From the top floor down, as README.md has them; imports stay within a room or go to one on a lower floor. */
export const FLOORS: readonly (readonly string[])[] = [
  ["src/cli"],
  ["src/commands"],
  ["src/views", "src/account"],
  ["src/terminal"],
  ["src/input", "src/api", "src/store"],
  ["src/local"],
  ["src/errors.ts"],
  ["src/hint.ts", "src/file-reason.ts"],
  ["src/secret-names.ts"],
  ["src/wire"],
];

/** The wings of a room from the top down, in the same way; files beside them belong to no wing. */
const WINGS: Record<string, readonly string[]> = {
  "src/commands": ["dev", "agent", "batch", "session", "task", "rerun", "run", "profile", "shared"],
  "src/api": ["chat", "files", "follow", "resources", "http"],
  "src/local": ["faults", "http", "agents", "money", "tasks", "sessions", "workers", "apps"],
};

/** What stands in no room: it makes dist, and nothing imports it. */
const BUILD = "src/build";

/** What other rooms may import of a room; of one that is not named here, every file. */
const OPEN: Record<string, readonly string[]> = {
  "src/cli": [],
  "src/local": ["src/local/server.ts", "src/local/events.ts"],
};

/** Between the local server and the client: a fault in shared code would pass every test on both sides. */
const SHARED_WITH_LOCAL = "src/wire";

const MOST_LINES = 250;

/** What may be used in these files alone, written as an import or as `Object.member`, and why. */
const ONLY_IN: readonly { use: RegExp; files: RegExp; why: string }[] = [
  {
    use: /^undici\/./,
    files: /^src\/api\/http\/undici\.ts$/,
    why: "any update of undici may move its inner files",
  },
  {
    use: /^AbortSignal\.timeout$/,
    files: /^$/,
    why: "its reason reaches the user as a bug: deadline of src/api/http/network-errors.ts, or the server's clock",
  },
  {
    use: /^process\./,
    files: /^src\/(build\/|cli\/(host|guard.*|code-cache.*)\.ts$|local\/(process-ids\.ts$|workers?\/))/,
    why: "what is of this process comes in through the host",
  },
  {
    use: /^\/proc$/,
    files: /^src\/(cli|local\/workers)\/processes\.ts$/,
    why: "what only Linux has stands in one module on each side of the wall, with a fallback",
  },
];

/** Every rule of the house that a file breaks, in words; README.md tells the rules. */
export function brokenRules(modules: ReadonlyMap<string, Module>): string[] {
  return [
    ...circles(modules).map((files) => `circle: ${files.join(" → ")}`),
    ...[...modules.values()].flatMap((module) => [
      ...(module.lines > MOST_LINES
        ? [`size: ${module.path} has ${module.lines} lines, more than ${MOST_LINES}`]
        : []),
      ...module.imports.flatMap((imported) => brokenBy(module.path, imported)),
      ...[...module.packages, ...module.members].flatMap((used) => misplaced(module.path, used)),
    ]),
  ];
}

function brokenBy(from: string, to: string): string[] {
  const broken: string[] = [];
  const [here, there] = [roomOf(from), roomOf(to)];
  if (there === BUILD && here !== BUILD) broken.push(`build: ${from} imports ${to}`);
  if (here === BUILD || there === BUILD) return broken;
  if (here === there && wingOf(from) > wingOf(to))
    broken.push(`wings: ${from} imports ${to}, which is above it`);
  if (here !== there) {
    if (floorOf(from) >= floorOf(to)) broken.push(`floors: ${from} imports ${to}, which is not below it`);
    if (here === "src/local" && there !== SHARED_WITH_LOCAL) broken.push(`wall: ${from} imports ${to}`);
    if (OPEN[there] && !OPEN[there].includes(to)) broken.push(`inner file: ${from} imports ${to}`);
  }
  return broken;
}

function misplaced(path: string, used: string): string[] {
  return ONLY_IN.filter(({ use, files }) => use.test(used) && !files.test(path)).map(
    ({ why }) => `place: ${path} uses ${used}; ${why}`,
  );
}

function roomOf(path: string): string {
  const [src, room = ""] = path.split("/");
  return `${src}/${room}`;
}

/** Its place in the room; NaN, and so neither above nor below, for what stands in no wing. */
function wingOf(path: string): number {
  const wing = WINGS[roomOf(path)]?.indexOf(path.split("/")[2]!) ?? -1;
  return wing === -1 ? Number.NaN : wing;
}

function floorOf(path: string): number {
  const room = roomOf(path);
  const floor = FLOORS.findIndex((rooms) => rooms.includes(room));
  if (floor === -1) throw new Error(`${path} stands in a room that FLOORS does not know`);
  return floor;
}
