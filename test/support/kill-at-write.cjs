// Loaded before belt: kills the process at the write of number KILL_AT to a file whose path contains
// KILL_FILE, when KILL_SHARE of its bytes have been written.
const files = require("node:fs");

const { KILL_AT, KILL_FILE, KILL_SHARE } = process.env;
const { open } = files.promises;
const append = files.appendFileSync;
const watched = new Set();
let writes = 0;

files.promises.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  if (String(path).includes(KILL_FILE) && /^a/.test(String(rest[0]))) watched.add(file.fd);
  return file;
};

files.appendFileSync = (file, text) => {
  if (!watched.has(file) || ++writes !== Number(KILL_AT)) return append(file, text);
  const bytes = Buffer.from(text);
  append(file, bytes.subarray(0, Math.round(bytes.length * Number(KILL_SHARE))));
  process.kill(process.pid, "SIGKILL");
  for (;;);
};
