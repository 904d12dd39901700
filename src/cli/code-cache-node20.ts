import { readFileSync, writeFileSync } from "node:fs";
import nodeModule from "node:module";
import { basename, dirname, join, sep } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";

interface Loaded {
  script: Script;
  source: string;
  /** Where what node makes of the script is kept. */
  file: string;
}

/** As node's own loader for CommonJS has it. */
interface Loader {
  prototype: { _compile(this: LoadedModule, source: string, path: string, ...more: unknown[]): unknown };
}

interface LoadedModule {
  exports: unknown;
}

const HEAD = "(function (exports, require, module, __filename, __dirname) { ";

/**
 * `keepCompiled` where node cannot do it by itself. What is damaged, or of another program or
 * version of node, is made anew.
 */
export function keepScripts(program: string, folder: string): void {
  const loaded: Loaded[] = [];
  let isStale = false;
  const { prototype } = nodeModule as unknown as Loader;
  const compile = prototype._compile;
  const version = `${process.version}-${process.arch}-${cachedDataVersionTag().toString(16)}`;
  prototype._compile = function (source, path, ...more) {
    if (!path.startsWith(program + sep)) return compile.call(this, source, path, ...more);
    const file = join(folder, `${version}-${basename(dirname(path))}-${basename(path)}`);
    const cachedData = read(file, source);
    const script = new Script(`${HEAD}${source}\n})`, {
      filename: path,
      columnOffset: -HEAD.length,
      ...(cachedData && { cachedData }),
    });
    loaded.push({ script, source, file });
    isStale ||= !cachedData || script.cachedDataRejected === true;
    const run = script.runInThisContext() as (...parts: unknown[]) => unknown;
    return run.call(this.exports, this.exports, nodeModule.createRequire(path), this, path, dirname(path));
  };
  process.once("exit", () => {
    // A command that needed a new file has used more of the others, too, and node keeps what was used.
    if (isStale) for (const one of loaded) write(one);
  });
}

/** Node does not check what it is given: of a damaged file, it would die. */
function read(file: string, source: string): Buffer | null {
  try {
    const kept = readFileSync(file);
    const data = kept.subarray(SUMS);
    return sums(source, data).equals(kept.subarray(0, SUMS)) ? data : null;
  } catch {
    return null;
  }
}

/**
 * In place, since a file that is half written is one that is damaged. A full disk, or a folder that
 * cannot be written, costs time at the next start and nothing else.
 */
function write({ script, source, file }: Loaded): void {
  const data = script.createCachedData();
  try {
    writeFileSync(file, Buffer.concat([sums(source, data), data]), { mode: 0o600 });
  } catch {}
}

/** Bytes before the data. */
const SUMS = 8;

function sums(source: string, data: Buffer): Buffer {
  const both = Buffer.alloc(SUMS);
  both.writeUInt32LE(crc32(source), 0);
  both.writeUInt32LE(crc32(data), 4);
  return both;
}
