// Loaded before belt: once a line is written that contains HOLD, nothing reaches the disk until one is
// written that contains UNTIL.
const files = require("node:fs");

const { HOLD, UNTIL } = process.env;
const { open } = files.promises;
const append = files.appendFileSync;
let held = null;
let release = () => {};

files.promises.open = async (...given) => {
  const file = await open(...given);
  const { datasync } = file;
  file.datasync = async () => {
    await held;
    return await datasync.call(file);
  };
  return file;
};

files.appendFileSync = (file, text) => {
  if (String(text).includes(HOLD))
    held ??= new Promise((resolve) => {
      release = resolve;
    });
  if (String(text).includes(UNTIL)) release();
  return append(file, text);
};
