import type { Command } from "commander";
import type { ApiFlags } from "../../commands/api.ts";
import { type Act, collect, examples, INPUT_HELP } from "./options.ts";

export function addApi(program: Command, act: Act): void {
  program
    .command("api")
    .summary("send one request to the API")
    .description(
      "Send one authenticated request to the API, and print what it answers. The input becomes the body, of a " +
        "GET the query. A request that changes something is not sent twice.",
    )
    .argument("<method>", "GET, POST, PUT, PATCH or DELETE")
    .argument("<path>", "a path of the API, such as /sessions; never another host")
    .option("-i, --input <spec>", INPUT_HELP, collect)
    .option("--allow-unknown-cost", "start a run though BELT_MAX_COST is set")
    .addHelpText(
      "after",
      examples("belt api GET /sessions", "belt api POST /tasks/list --input limit:=3 --field items.0.id"),
    )
    .action((method: string, path: string, flags: ApiFlags) =>
      act(async () => {
        const { api } = await import("../../commands/api.ts");
        return (ctx) => api(ctx, method, path, flags);
      }),
    );
  program
    .command("doctor")
    .summary("say what is in force, and whether the API answers")
    .description(
      "Say which versions, profile, key source, API and proxy are in force, and whether the API answers. The " +
        "exit code is that of a run which fails for it: 0 when runs would get through.",
    )
    .addHelpText("after", examples("belt doctor", "belt doctor --json | jq .api"))
    .action(() =>
      act(async () => {
        const { doctor } = await import("../../commands/doctor.ts");
        return (ctx) => doctor(ctx);
      }),
    );
}
