// Bundles src into dist, split so that each command loads only what it uses, and writes down whose code is in it.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licencesOf } from "./licences.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);

/**
 * What packages load at their start and belt has no use for: commander's subcommands in files of
 * their own, and HTTP/2, which undici does not speak unless told to. Node's own modules behind
 * these cost more than belt's whole parser.
 */
const UNUSED = [
  { from: "/commander/lib/", what: /^node:child_process$/ },
  { from: "/undici/lib/", what: /\/client-h2(\.js)?$/ },
];

const leaveOutUnused = {
  name: "leave-out-unused",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /child_process|client-h2/ }, ({ path, importer }) => {
      const unused = UNUSED.some(({ from, what }) => importer.replaceAll("\\", "/").includes(from) && what.test(path));
      return unused ? { path, namespace: "unused" } : null;
    });
    onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = undefined" }));
  },
};

rmSync(join(root, "dist"), { recursive: true, force: true });
const { metafile } = await build({
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
  // Names stay as they are: a bug report's stack trace is worth more than a few kilobytes.
  minifyWhitespace: true,
  minifySyntax: true,
  minifyIdentifiers: process.env.MI === "1",
  legalComments: "none",
  // The one entry of yaml that is written in ES modules; of the other, nothing could be left out.
  alias: { yaml: join(dirname(require.resolve("yaml/package.json")), "browser/index.js") },
  external: ["zod", "@inferencesh/app"],
  banner: { js: "import{createRequire as beltRequire}from'node:module';const require=beltRequire(import.meta.url);" },
  plugins: [leaveOutUnused],
  metafile: true,
  logLevel: "warning",
});
writeFileSync(join(root, "dist/help.txt"), execFileSync(process.execPath, ["bin/belt.js", "--help"], { cwd: root }));
writeFileSync(join(root, "dist/metafile.json"), JSON.stringify(metafile));
writeFileSync(join(root, "dist/THIRD_PARTY_LICENSES"), licencesOf(root, metafile));
