// Writes the completion scripts of the built program into completions/, which the package brings along.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = { bash: "belt.bash", zsh: "_belt", fish: "belt.fish" };

mkdirSync(join(root, "completions"), { recursive: true });
for (const [shell, file] of Object.entries(files)) {
  const script = execFileSync(process.execPath, [join(root, "bin/belt.js"), "completion", shell]);
  writeFileSync(join(root, "completions", file), script);
}
