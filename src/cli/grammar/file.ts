import type { Command } from "commander";
import type { UploadFlags } from "../../commands/file.ts";
import { type Act, ALLOW_SENSITIVE_HELP, examples } from "./options.ts";

export function addFile(file: Command, act: Act): void {
  file
    .command("upload")
    .summary("upload files, print their uris")
    .description("Upload files and print their uris, which any input takes.")
    .argument("<path...>", "files, - for standard input")
    .option("--allow-sensitive", ALLOW_SENSITIVE_HELP)
    .addHelpText("after", examples("belt file upload cat.png", "uri=$(belt file upload - < clip.mp4)"))
    .action((paths: string[], flags: UploadFlags) =>
      act(async () => {
        const { upload } = await import("../../commands/file.ts");
        return (ctx) => upload(ctx, paths, flags);
      }),
    );
}
