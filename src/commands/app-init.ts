import { access, readFile, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { BeltError, fileError, usageError } from "../errors.ts";
import { belt, shellWord } from "../hint.ts";
import { makeFolder } from "../store/folder.ts";
import { type MadeApp, madeAppView } from "../views/made-app-view.ts";
import type { Context } from "./shared/context.ts";

/** The files of a new app, each with its name in the template: a package cannot hold a `.gitignore`. */
const FILES = Object.entries({
  "inf.yml": "inf.yml",
  "inference.js": "inference.js",
  "package.json": "package.json",
  ".gitignore": "gitignore",
});

/** What the app of the template is called, wherever it says so. */
const TEMPLATE_NAME = /\bmy-app\b/g;

/** `belt app init <dir>`: an app that runs after `npm install`. Nothing that is there is overwritten. */
export async function init(ctx: Context, given: string): Promise<void> {
  if (given === "")
    throw usageError("the name of the folder is empty", [belt("app init", "."), " takes this one"]);
  const dir = resolve(ctx.machine.cwd, given);
  const name = appName(dir);
  await refuseOverwriting(given, dir);
  await makeFolder(dir, 0o777).catch((error) => {
    throw fileError("cannot make the folder", given, error);
  });
  for (const [file, template] of FILES) {
    const text = await readFile(join(ctx.machine.root, "src", "template", template), "utf8");
    await write(given, join(dir, file), text.replace(TEMPLATE_NAME, name));
  }
  const made: MadeApp = { app: `my-team/${name}`, dir, files: FILES.map(([file]) => join(dir, file)) };
  ctx.out.result(made, madeAppView);
  const folder = relative(ctx.machine.cwd, dir) || ".";
  const enter = folder === "." ? "" : `cd ${shellWord(folder.replace(/^-/, "./-"))} && `;
  ctx.out.hint([
    `${enter}npm install, then `,
    belt("dev"),
    " serves it; in another terminal ",
    belt("run", made.app, "--local", "--input", "name=Ada"),
    " calls it; ",
    belt("help app-format"),
    " tells more",
  ]);
}

/** A folder's name as the name of an app, its letters without their accents. */
function appName(dir: string): string {
  const name = basename(dir)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (name !== "") return name;
  throw usageError(
    `${dir} has no name that an app could have`,
    "use letters or digits: belt app init my-app",
  );
}

async function refuseOverwriting(given: string, dir: string): Promise<void> {
  for (const [file] of FILES) {
    const isThere = await access(join(dir, file)).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    throw new BeltError({
      code: "file_exists",
      message: `${join(given, file)} is there already, and nothing is overwritten`,
      hint: "choose another folder",
      exit: "failure",
    });
  }
}

async function write(given: string, path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: "wx" }).catch((error) => {
    throw fileError("cannot write", join(given, basename(path)), error);
  });
}
