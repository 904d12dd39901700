import { withoutLogin } from "../account/base-url.ts";
import type { GlobalFlags } from "../account/flags.ts";
import { KEY_VARIABLES } from "../account/settings.ts";
import { shellWord } from "../hint.ts";
import { plainColors, terminalColors, wantsColor } from "../terminal/colors.ts";
import { Output } from "../terminal/output.ts";
import type { PacedWriter } from "../terminal/paced-writer.ts";
import { Secrets } from "../terminal/secrets.ts";
import { plainWidth } from "../terminal/text-width.ts";
import type { Host } from "./host.ts";

/** The two channels as the options, the environment and the terminal want them. */
export async function createOutput(
  host: Host,
  answer: PacedWriter,
  flags: GlobalFlags,
  textWidth = plainWidth,
): Promise<Output> {
  const { stdout, stderr, env, now } = host;
  const choice = flags.color ?? "auto";
  const colored = (target: Host["stdout"]) => wantsColor(choice, env, target.isTTY ?? false);
  const isRead = (stdout.isTTY ?? false) && !flags.json && flags.field === undefined;
  const hasLinks = colored(stdout) && isRead && (await host.hasLinks());
  const colorsOf = async (target: Host["stdout"]) =>
    colored(target) ? await terminalColors(hasLinks) : plainColors;
  const out = new Output({
    stdout,
    answer,
    stderr,
    secrets: new Secrets(),
    json: flags.json ?? false,
    fields: flags.field ?? null,
    quiet: flags.quiet ?? false,
    targetFlags: targetFlags(flags),
    verbose: flags.verbose ?? false,
    // A terminal that does not say how wide it is cannot be redrawn.
    animated: (stderr.isTTY ?? false) && (stderr.columns ?? 0) > 0 && !env["CI"] && env["TERM"] !== "dumb",
    colors: { stdout: await colorsOf(stdout), stderr: await colorsOf(stderr) },
    textWidth,
    now,
    onSuspend: host.onSuspend,
  });
  for (const name of KEY_VARIABLES) out.addSecret(env[name]?.trim() ?? "");
  return out;
}

/** " --local", " --api-url …" or nothing. */
function targetFlags({ local, apiUrl, profile }: GlobalFlags): string {
  if (local) return " --local";
  const named = profile === undefined ? "" : ` --profile ${shellWord(profile)}`;
  return apiUrl === undefined ? named : `${named} --api-url ${shellWord(withoutLogin(apiUrl))}`;
}
