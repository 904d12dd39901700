// Bundles src into dist, in few files of which each command loads only what it uses, and writes down whose code is in them.
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licensesOf } from "./licenses.js";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The program's own files. To open a file costs more than to read past modules that are not used, so
 * only what is large and not always needed is apart. A module that two of them import is in both,
 * which is why errors and long numbers, told by their class, are files of their own.
 */
const PARTS = [
  "src/errors.ts",
  "src/wire/long-number.ts",
  "src/cli/start.ts",
  "src/cli/main.ts",
  "src/cli/complete.ts",
  "src/cli/guard-process.ts",
  "src/api/http/undici.ts",
  "src/local/server.ts",
  "src/local/faults/faults.ts",
];

/** A process of its own, which imports apps, and so is an ES module; and the thread in it that watches over it. */
const WORKER = ["src/local/worker/main.ts", "src/local/worker/watchdog-thread.ts"];

/** Where a build grows, so that one that fails, or a belt that runs meanwhile, keeps the last one whole. */
const NEXT = "dist-next";

/** Packages that are part of the file that imports them; every other is a file of its own, loaded when it is used. */
const INLINE = ["commander", "undici", "find-my-way"];

/** Installed beside belt, since apps import them, too. */
const INSTALLED = ["zod", "@inferencesh/app"];

/**
 * What packages load and belt has no use for: commander's subcommands in files of their own; HTTP/2,
 * which undici does not speak unless told to; its bodies made of forms; a prompt that opens an editor,
 * with every character set there is. What is behind these costs more than belt's whole parser.
 */
const UNUSED = [
  { from: "/commander/lib/", what: /^node:child_process$/ },
  { from: "/undici/lib/", what: /\/client-h2(\.js)?$/ },
  { from: "/undici/lib/", what: /\/web\/fetch\/body(\.js)?$/ },
  { from: "/@inquirer/prompts/", what: /^@inquirer\/editor$/ },
];

/** Those of them that were met. */
const leftOut = new Set();

const leaveOutUnused = {
  name: "leave-out-unused",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /child_process|client-h2|web\/fetch\/body|editor/ }, ({ path, importer }) => {
      const by = importer.replaceAll("\\", "/");
      const unused = UNUSED.find(({ from, what }) => by.includes(from) && what.test(path));
      if (unused) leftOut.add(unused);
      return unused ? { path, namespace: "unused" } : null;
    });
    onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = undefined" }));
  },
};

/** undici's HTTP parsers, and those of them that were met. */
const PARSERS = ["llhttp", "llhttp_simd"];
const unpacked = new Set();

/**
 * undici carries its HTTP parsers as base64 in JavaScript, and reading those strings costs node more
 * than reading all the rest. They become files, of which one is read when the first request is made.
 */
const unpackParsers = {
  name: "unpack-parsers",
  setup({ onLoad }) {
    onLoad({ filter: /\/undici\/lib\/llhttp\/llhttp(_simd)?-wasm\.js$/ }, ({ path }) => {
      const parser = basename(path, "-wasm.js");
      unpacked.add(parser);
      const file = `${parser}.wasm`;
      mkdirSync(join(root, NEXT, "api/http"), { recursive: true });
      writeFileSync(join(root, NEXT, "api/http", file), require(path));
      return { contents: `module.exports = require("node:fs").readFileSync(__dirname + "/${file}")` };
    });
  },
};

/** Leaves the other parts of the program, and the packages, to files of their own. */
const keepApart = {
  name: "keep-apart",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.+\// }, ({ path, kind, resolveDir }) => {
      const part = relative(root, resolve(resolveDir, path)).replaceAll("\\", "/");
      return kind !== "entry-point" && PARTS.includes(part) ? { path: fileOf(part), external: true } : null;
    });
    onResolve({ filter: /^[^.]/ }, ({ path, importer }) => {
      const own = importer.startsWith(join(root, "src")) && !path.startsWith("node:");
      return own && !INLINE.includes(nameOf(path)) ? { path, namespace: "package" } : null;
    });
    // Through a module of two lines, which finds the default export of ES modules and of others alike.
    onLoad({ filter: /.*/, namespace: "package" }, ({ path }) => {
      packages.add(path);
      const file = JSON.stringify(`../packages/${slug(path)}.cjs`);
      return { contents: `export * from ${file}; export { default } from ${file};` };
    });
    onResolve({ filter: /.*/, namespace: "package" }, ({ path }) => ({ path, external: true }));
  },
};

/** Specifiers of the packages that get files of their own, as they are met. */
const packages = new Set();

/** "src/cli/main.ts" → "cli/main"; a room's own file stands beside it, "local/faults", as far from the packages as others. */
function nameOfPart(part) {
  return part.replace(/^src\/|\.ts$/g, "").replace(/\/(\w+)\/\1$/, "/$1");
}

/** "src/cli/main.ts" → "../cli/main.cjs", from any file of the program but those at its top */
function fileOf(part) {
  return `../${nameOfPart(part)}.cjs`;
}

/** "ajv/dist/2020.js" → "ajv", "@inquirer/prompts" → "@inquirer/prompts" */
function nameOf(specifier) {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)[0];
}

/** "@inquirer/prompts" → "inquirer-prompts" */
function slug(specifier) {
  return specifier.replace(/^@|\.js$/g, "").replaceAll("/", "-");
}

const options = {
  absWorkingDir: root,
  outbase: "src",
  outdir: NEXT,
  bundle: true,
  platform: "node",
  target: "node20.18",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

const commonjs = {
  ...options,
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  // `import()` would start what node has for ES modules, which takes a third as long as node's own start.
  supported: { "dynamic-import": false },
};

rmSync(join(root, NEXT), { recursive: true, force: true });
const builds = [
  await build({
    ...commonjs,
    entryPoints: PARTS.map((part) => ({ in: part, out: nameOfPart(part) })),
    plugins: [leaveOutUnused, unpackParsers, keepApart],
  }),
  await build({
    ...commonjs,
    entryPoints: [...packages].map((path) => ({ in: path, out: `packages/${slug(path)}` })),
    minify: true,
    plugins: [leaveOutUnused],
    // The one entry of yaml that is written in ES modules; of the other, nothing could be left out.
    alias: { yaml: "./node_modules/yaml/browser/index.js" },
  }),
  await build({
    ...options,
    entryPoints: WORKER,
    format: "esm",
    external: INSTALLED,
    banner: {
      js: "import{createRequire as beltRequire}from'node:module';const require=beltRequire(import.meta.url);",
    },
  }),
];
const stale = [
  ...UNUSED.filter((unused) => !leftOut.has(unused)).map(({ from, what }) => `${from} does not load ${what}`),
  ...PARSERS.filter((parser) => !unpacked.has(parser)).map(
    (parser) => `/undici/lib/ has no ${parser}-wasm.js`,
  ),
];
if (stale.length > 0) {
  throw new Error(`an update of a package changed what src/build/build.js counts on: ${stale.join("; ")}`);
}
const metafile = {
  inputs: Object.assign({}, ...builds.map(({ metafile }) => metafile.inputs)),
  outputs: Object.assign({}, ...builds.map(({ metafile }) => metafile.outputs)),
};
const metatext = JSON.stringify(metafile).replaceAll(`"${NEXT}/`, '"dist/');
writeFileSync(join(root, NEXT, "metafile.json"), metatext);
writeFileSync(join(root, NEXT, "THIRD_PARTY_LICENSES"), licensesOf(root, metafile));
rmSync(join(root, "dist"), { recursive: true, force: true });
renameSync(join(root, NEXT), join(root, "dist"));
writeFileSync(
  join(root, "dist/help.txt"),
  execFileSync(process.execPath, ["bin/belt.js", "--help"], { cwd: root }),
);
