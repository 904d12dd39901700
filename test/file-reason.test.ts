import { expect, test } from "vitest";
import { fileMessage, fileReason } from "../src/file-reason.ts";

const failed = (facts: object) => Object.assign(new Error("in node's words"), facts);

test.each([
  [{ code: "EACCES", syscall: "open", path: "/x" }, "cannot open /x: permission denied (EACCES)"],
  [{ code: "ENOSPC", syscall: "write" }, "cannot write a file: no space is left on the disk (ENOSPC)"],
  [
    { code: "EEXIST", syscall: "mkdir", path: "/x" },
    "cannot make the folder /x: a file has this name (EEXIST)",
  ],
  [{ code: "EEXIST", syscall: "open", path: "/x" }, "cannot open /x: it is there already (EEXIST)"],
  [{ code: "ECONNRESET", syscall: "read" }, null],
  [{ code: "EACCES", syscall: "spawn sh", path: "sh" }, null],
  [{ code: "constructor", syscall: "open" }, null],
  [{}, null],
])("%j is told as %j", (facts, told) => {
  expect(fileMessage(failed(facts))).toBe(told);
});

test("what is no error is not told, and what the system's code does not say stays in node's words", () => {
  expect(fileMessage("EACCES")).toBe(null);
  expect(fileReason(failed({ code: "EWHATEVER" }))).toBe("in node's words");
  expect(fileReason("a text")).toBe("a text");
});
