/** What belt does not do, by the words for it, and how it is done. */
export const ADVICE: Record<string, string> = {
  ...forEach(
    ["update", "upgrade", "self-update", "self update"],
    "belt is updated as it was installed: by npm install -g, or in its clone by git pull and npm run build",
  ),
  ...forEach(["dev stop", "dev down"], "Ctrl-C in its own terminal ends a belt dev"),
  ...forEach(
    ["deploy", "publish", "push", "app deploy", "app publish", "app push"],
    "belt deploys no apps; belt dev <folder> serves one on this machine",
  ),
  ...forEach(
    ["batch resume", "batch continue", "batch retry"],
    "the same belt batch command goes on where it ended; with --again failed it runs failed rows again",
  ),
  "batch status": "belt batch <app> <rows> --dry-run tells how the rows stand",
  "config set": "belt login stores a key; belt help environment lists what else can be set",
  "completion install": "belt completion --help tells where the script goes",
  ...forEach(
    ["image", "video", "audio", "music", "speech"],
    "belt app list --search <word> finds the apps for that; belt run <app> --input key=value runs one",
  ),
};

function forEach(lines: string[], advice: string): Record<string, string> {
  return Object.fromEntries(lines.map((line) => [line, advice]));
}
