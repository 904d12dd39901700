// Writes the command reference into README.md, between its marks, from the command tree of the built program.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const MARKS = /(<!-- reference: npm run reference -->\n).*(<!-- end of reference -->)/s;

/** The reference as Markdown: a table of commands, then of the options that every command takes. */
function reference(tree) {
  const commands = leaves(tree).map((command) => {
    const words = command.arguments.map(({ name, required, variadic }) => {
      const shown = variadic ? `${name}…` : name;
      return required ? `<${shown}>` : `[${shown}]`;
    });
    if (command.usage.includes(" -- ")) words.push("-- <command…>");
    const options = command.options.filter(({ long }) => long !== "--help").map(optionText);
    return `| \`${["belt", command.name, ...words].join(" ")}\` | ${command.summary} | ${options.join(" ")} |`;
  });
  const shared = tree.options.map((option) => `| ${optionText(option)} | ${escaped(option.description)} |`);
  return [
    "| Command | What it does | Options |",
    "|---|---|---|",
    ...commands,
    "",
    "Every command takes these, before or after its name:",
    "",
    "| Option | Meaning |",
    "|---|---|",
    ...shared,
    "",
  ].join("\n");
}

/** Commands that do something, alone or with what they take; a name holds those of the commands above it. */
function leaves(command) {
  const own = command.commands.length === 0 || command.arguments.length > 0 ? [command] : [];
  return [...own, ...command.commands.flatMap(leaves)];
}

function optionText({ short, long, value }) {
  const name = short ? `${short}, ${long}` : long;
  return `\`${value ? `${name} <${value}>` : name}\``.replaceAll("|", "\\|");
}

function escaped(text) {
  return text.replaceAll("|", "\\|");
}

const tree = JSON.parse(execFileSync(process.execPath, [join(root, "bin/belt.js"), "help", "--json"]));
const file = join(root, "README.md");
const readme = readFileSync(file, "utf8");
if (!MARKS.test(readme)) throw new Error("README.md has lost the marks of its reference");
writeFileSync(
  file,
  readme.replace(MARKS, (_whole, begin, end) => `${begin}\n${reference(tree)}\n${end}`),
);
