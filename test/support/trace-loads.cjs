// Preloaded into a belt under test: writes the path of every file of the program it loads to the file in TRACE_LOADS.
const { appendFileSync } = require("node:fs");
const Module = require("node:module");

const load = Module.prototype.load;
Module.prototype.load = function (path) {
  appendFileSync(process.env.TRACE_LOADS, `${path}\n`);
  return load.call(this, path);
};
