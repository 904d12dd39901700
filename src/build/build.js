// Bundles src into dist, split so that each command loads only what it uses, and writes down whose code is in it.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licencesOf } from "./licences.js";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * What packages load and belt has no use for: commander's subcommands in files of their own; HTTP/2,
 * which undici does not speak unless told to; its bodies made of forms. Node's own modules behind
 * these cost more than belt's whole parser.
 */
const UNUSED = [
  { from: "/commander/lib/", what: /^node:child_process$/ },
  { from: "/undici/lib/", what: /\/(client-h2|web\/fetch\/body)(\.js)?$/ },
];

const leaveOutUnused = {
  name: "leave-out-unused",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /child_process|client-h2|web\/fetch\/body/ }, ({ path, importer }) => {
      const unused = UNUSED.some(
        ({ from, what }) => importer.replaceAll("\\", "/").includes(from) && what.test(path),
      );
      return unused ? { path, namespace: "unused" } : null;
    });
    onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = undefined" }));
  },
};

/**
 * undici carries its HTTP parsers as base64 in JavaScript, and reading those strings costs node more
 * than reading all the rest. They become files, of which one is read when the first request is made.
 */
const unpackParsers = {
  name: "unpack-parsers",
  setup({ onLoad }) {
    onLoad({ filter: /\/undici\/lib\/llhttp\/llhttp(_simd)?-wasm\.js$/ }, ({ path }) => {
      const file = `${basename(path, "-wasm.js")}.wasm`;
      mkdirSync(join(root, "dist/undici"), { recursive: true });
      writeFileSync(join(root, "dist/undici", file), require(path));
      return {
        contents: `module.exports = require("node:fs").readFileSync(require.resolve("../undici/${file}"))`,
      };
    });
  },
};

/**
 * Opening a file costs more than reading one of belt's own modules, so those that are loaded when
 * used, and lead to no package, go into the file of whoever uses them. Packages stay apart.
 */
function gather(light) {
  return {
    name: "gather-light-modules",
    setup({ onLoad }) {
      onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
        const imports = [];
        const source = readFileSync(path, "utf8").replace(/\bimport\("(\.[^"]+\.ts)"\)/g, (whole, target) => {
          if (!light.has(resolve(dirname(path), target))) return whole;
          return `Promise.resolve(gathered${imports.push(target)})`;
        });
        const lines = imports.map((target, index) => `import * as gathered${index + 1} from "${target}";`);
        return { contents: `${source}\n${lines.join("\n")}`, loader: "ts" };
      });
    },
  };
}

/** Absolute paths of belt's modules that are loaded when used and lead, by static imports, to no package. */
function lightModules({ inputs }) {
  const all = Object.values(inputs).flatMap(({ imports }) => imports);
  const lazy = all.filter(({ kind, path }) => kind === "dynamic-import" && path.startsWith("src/"));
  const light = lazy.filter(({ path }) =>
    [...closure(inputs, path)].every((input) => input.startsWith("src/")),
  );
  return new Set(light.map(({ path }) => join(root, path)));
}

function closure(inputs, path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const { kind, external, path: next } of inputs[path].imports) {
    if (!external && kind !== "dynamic-import") closure(inputs, next, found);
  }
  return found;
}

const options = {
  absWorkingDir: root,
  entryPoints: ["src/cli/main.ts", "src/local/worker.ts"],
  outbase: "src",
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.18",
  minifyWhitespace: true,
  minifySyntax: true,
  minifyIdentifiers: false,
  legalComments: "none",
  // The one entry of yaml that is written in ES modules; of the other, nothing could be left out.
  alias: { yaml: "./node_modules/yaml/browser/index.js" },
  external: ["zod", "@inferencesh/app", "../undici/*"],
  banner: {
    js: "import{createRequire as beltRequire}from'node:module';const require=beltRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: "warning",
};

rmSync(join(root, "dist"), { recursive: true, force: true });
const plan = await build({ ...options, plugins: [leaveOutUnused, unpackParsers], write: false });
const { metafile } = await build({
  ...options,
  plugins: [leaveOutUnused, unpackParsers, gather(lightModules(plan.metafile))],
});
writeFileSync(
  join(root, "dist/help.txt"),
  execFileSync(process.execPath, ["bin/belt.js", "--help"], { cwd: root }),
);
writeFileSync(join(root, "dist/metafile.json"), JSON.stringify(metafile));
writeFileSync(join(root, "dist/THIRD_PARTY_LICENSES"), licencesOf(root, metafile));
