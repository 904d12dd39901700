import { afterEach, beforeEach, expect, it } from "vitest";
import type { GlobalFlags } from "../../src/account/flags.ts";
import { processHost } from "../../src/cli/host.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { PacedWriter } from "../../src/terminal/paced-writer.ts";
import { belt, Home, ROOT } from "../support/belt.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
});

afterEach(() => home.remove());

/** Command lines that belt does not take, whose hint is another one. */
const WRONG = `
run infsh/flux -d -i prompt=hi|run infsh/flux --detach|run -d infsh/flux|run infsh/flux -d prompt=hi
run infsh/flux -s 7|run infsh/flux -s -i a=b|run infsh/flux --wait|run infsh/flux --watch|run infsh/flux --seed
run infsh/flux --seed 7|run infsh/flux --max-price 1|run infsh/flux --budget=1|run infsh/flux --promt fog
run infsh/flux --prompt fog --steps=4|run infsh/flux fog|run infsh/flux prompt=fog|run infsh/flux --output out
run infsh/flux -o out --async|run infsh/flux --nosuch|run infsh/flux --format json|app run infsh/flux -p fog
infsh/flux --prompt fog|flux|flux --prompt fog|echo hi|exec infsh/flux -i a=b|create|predict infsh/flux fog
task logs ID --tail 5|logs ID -n 5|logs ID -f|tail ID|task list --filter status=failed|task list -f status=done
task list --status done|task list --status=pending|task list --format tsv|task list --csv|task list -o wide
task list --format json|task list failed|task list --limti 3|jobs ls --limit 3|ps|ls|history|get|get tasks
get task ID|show task ID|status ID|task show ID|task get ID -f|task get ID --wait|task get ID --watch|cancel ID
rm ID|kill ID|wait ID|events ID|download ID|task run infsh/flux -i a=b|task wait|task get|task cancel --force ID
session new infsh/counter|session close ID|session rm ID|sessions|get sessions|session exec a/b sh -c x
session exec a/b belt run a/b -q|session get|agents|agent list|chat list|chats|ask infsh/guide hi
app search fox|search fox|app list fox|apps|models|list apps|describe app infsh/flux|schema infsh/flux|app get
upload x.png|cost|credits|whoami|me|auth status|check|batch run a/b rows.csv|curl GET /sessions|api GET
run|rerun|task list -qv --limti 3|task list --jq id|task list --silent|run infsh/flux -i a=b --debug --dryrun
`
  .trim()
  .split("\n")
  .map((lines) => ({ lines }));

const TARGETS = [["--local"], ["--profile", "work"], ["--api-url", "http://127.0.0.1:9"], ["--profile=work"]];

async function hint(argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await belt(argv, { home });
  expect([argv, code, stdout]).toEqual([argv, 2, ""]);
  return /^hint: (.*)$/m.exec(stderr)?.[1] ?? "";
}

/** The command of a hint as a shell splits it; of a sentence with several, the last. */
function commandIn(text: string): string[] {
  const line = text.split("; ").at(-1)!.split(" | ")[0]!;
  return [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/["']/g, ""));
}

/** Where a command line goes; throws for one that belt does not take. */
async function targetOf([name, ...words]: string[]): Promise<object> {
  expect(name).toBe("belt");
  const stdout = { write() {} };
  const answer = new PacedWriter(stdout, new AbortController().signal);
  const program = await buildProgram({ ...processHost(ROOT), stdout }, answer, async () => {});
  await program.parseAsync(words, { from: "user" });
  const { local, profile, apiUrl } = program.opts<GlobalFlags>();
  return { local, profile, apiUrl };
}

it.each(WRONG)(
  "leads to a line that belt takes, and that goes where the wrong one went: $lines",
  async ({ lines }) => {
    for (const [number, line] of lines
      .split("|")
      .map((line) => line.split(" "))
      .entries()) {
      const plain = await hint(line);
      expect([line, plain]).toEqual([
        line,
        expect.not.stringMatching(/^(belt help|$)| shows how it is used/),
      ]);
      expect(await targetOf(commandIn(plain))).toEqual({});
      // What follows an option may be its value.
      const places = ["", ...line].flatMap((before, at) => (before.startsWith("-") ? [] : [at]));
      for (const at of [places.at(number % places.length)!, places.at(-1)!]) {
        const target = TARGETS[(number + at) % TARGETS.length]!;
        const argv = [...line.slice(0, at), ...target, ...line.slice(at)];
        const found = commandIn(await hint(argv));
        const wanted = await targetOf(["belt", "balance", ...target]);
        expect([argv, found, await targetOf(found)]).toEqual([argv, found, wanted]);
        const rest = found.filter((word) => !target.includes(word));
        expect([argv, rest.toSorted()]).toEqual([argv, commandIn(plain).toSorted()]);
      }
    }
  },
);
