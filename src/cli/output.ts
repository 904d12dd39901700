import { aimed, shellWord } from "../errors.ts";
import { Output } from "../terminal/output.ts";
import type { PacedWriter } from "../terminal/paced-writer.ts";
import { colourPaint, plainPaint, wantsColour } from "../terminal/colors.ts";
import { plainRuler } from "../terminal/text-width.ts";
import { Secrets } from "../terminal/secrets.ts";
import type { Host } from "./host.ts";
import type { GlobalFlags } from "./program.ts";
import { KEY_VARIABLES } from "../account/settings.ts";

/** The two channels as the options, the environment and the terminal want them. */
export async function createOutput(
  host: Host,
  answer: PacedWriter,
  flags: GlobalFlags,
  ruler = plainRuler,
): Promise<Output> {
  const { stdout, stderr, env, now } = host;
  const choice = flags.color ?? "auto";
  const coloured = (sink: Host["stdout"]) => wantsColour(choice, env, sink.isTTY ?? false);
  const isRead = (stdout.isTTY ?? false) && !flags.json && flags.field === undefined;
  const hasLinks = coloured(stdout) && isRead && (await host.hasLinks());
  const paintOf = async (sink: Host["stdout"]) => (coloured(sink) ? await colourPaint(hasLinks) : plainPaint);
  const out = new Output({
    stdout,
    answer,
    stderr,
    secrets: new Secrets(),
    json: flags.json ?? false,
    fields: flags.field ?? null,
    quiet: flags.quiet ?? false,
    aim: (hint) => aimed(hint, targetFlags(flags)),
    verbose: flags.verbose ?? false,
    // A terminal that does not say how wide it is cannot be redrawn.
    animated: (stderr.isTTY ?? false) && (stderr.columns ?? 0) > 0 && !env["CI"] && env["TERM"] !== "dumb",
    paint: { stdout: await paintOf(stdout), stderr: await paintOf(stderr) },
    ruler,
    now,
  });
  for (const name of KEY_VARIABLES) out.hide(env[name]?.trim() ?? "");
  return out;
}

/** " --local", " --api-url …" or nothing. */
function targetFlags({ local, apiUrl, profile }: GlobalFlags): string {
  if (local) return " --local";
  const named = profile === undefined ? "" : ` --profile ${shellWord(profile)}`;
  return apiUrl === undefined ? named : `${named} --api-url ${shellWord(apiUrl)}`;
}
