// Loaded before belt: kills the process at the write of number KILL_AT to a file whose path contains
// KILL_FILE, when KILL_SHARE of its bytes have been written.
const files = require("node:fs/promises");

const { KILL_AT, KILL_FILE, KILL_SHARE } = process.env;
const open = files.open;
let writes = 0;

files.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  if (!String(path).includes(KILL_FILE) || !/^a/.test(String(rest[0]))) return file;
  const append = file.appendFile.bind(file);
  file.appendFile = async (text) => {
    writes++;
    if (writes !== Number(KILL_AT)) return await append(text);
    const bytes = Buffer.from(text);
    await append(bytes.subarray(0, Math.round(bytes.length * Number(KILL_SHARE))));
    process.kill(process.pid, "SIGKILL");
    await new Promise(() => {});
  };
  return file;
};
