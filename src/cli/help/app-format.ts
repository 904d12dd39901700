/** `belt help app-format`: enough to write an app from nothing. Its code is set in by four, and at most 80 columns wide. */
export const APP_FORMAT = `An app is a folder. belt app init <dir> makes a small one that runs, with less in it than the one below; belt dev <dir> serves it, and belt run <namespace>/<name> --local calls it from another terminal. Edits are taken up.

The folder my-app:
  inf.yml       what the app is
  package.json  "type": "module"; dependencies: zod and @inferencesh/app (npm install)
  inference.js  the code; or src/inference.js, or the "main" of package.json
  .env          values of its secrets, on this machine only: API_TOKEN=abc

inf.yml:

    namespace: my-team        # with the name: my-team/my-app
    name: my-app
    description: What it does.
    category: image
    kernel: node-22           # apps of Python kernels do not run in belt
    default_function: run     # which function runs when none is named
    env: {LOG_LEVEL: info}    # in process.env
    secrets:                  # in process.env, from .env; refused (412) without
      - key: API_TOKEN
        description: Of the service that this app calls.
        optional: false

inference.js:

    import { writeFile } from "node:fs/promises";
    import { tmpdir } from "node:os";
    import { join } from "node:path";
    import { createFileSchema, File } from "@inferencesh/app";
    import { z } from "zod";

    const fileSchema = createFileSchema(z);
    export const AppSetup = z.object({
      greeting: z.string().default("Hello"),
    });
    // Each function has two schemas, exported: run has RunInput and RunOutput.
    export const RunInput = z.object({
      name: z.string().min(1).describe("Whom to greet"),
    });
    export const RunOutput = z.object({ text: z.string() });
    // Those of draw_card are DrawCardInput and DrawCardOutput.
    export const DrawCardInput = z.object({
      text: z.string(),
      color: z.enum(["gold", "pink"]).default("gold"),
      photo: fileSchema.optional(),
    });
    export const DrawCardOutput = z.object({ card: fileSchema });
    export const SpellInput = z.object({ word: z.string() });
    export const SpellOutput = z.object({ text: z.string() });

    export class App {
      // Once for each process, and again when setup changes.
      async setup({ greeting }) {
        this.greeting = greeting;
        this.token = process.env.API_TOKEN;
        this.calls = 0;
      }
      // A function is a public method with both schemas.
      async run({ name }) {
        this.calls += 1; // the state of a session
        console.log("greeting", name); // becomes the log of the task
        return { text: \`\${this.greeting}, \${name}!\` };
      }
      async draw_card({ text, color, photo }) {
        // Downloads what --input photo=@me.png sent.
        if (photo) console.log("with", await photo.getPath());
        const path = join(tmpdir(), \`card-\${this.context.task_id}.svg\`);
        const svg = '<svg xmlns="http://www.w3.org/2000/svg">';
        const word = \`<text y="20" fill="\${color}">\${text}</text>\`;
        await writeFile(path, \`\${svg}\${word}</svg>\`);
        return { card: File.fromPath(path) }; // or { path }; never a bare path
      }
      // Each yield is a partial output, the last one the result.
      async *spell({ word }) {
        for (let n = 1; n <= word.length; n += 1) {
          yield { text: word.slice(0, n) };
        }
      }
      // When a task is cancelled; this.context.cancelRequested is set, too.
      async onCancel() {}
      // When the process ends.
      async unload() {}
    }

Rules:
  - A function is a method of App that is not setup, unload, onCancel or constructor, does not begin with _, and has both schemas: run has RunInput and RunOutput, set_value has SetValueInput, ….
  - Inputs are checked by the schema, with its defaults filled in; outputs are JSON.
  - What this.… holds lives as long as the process: that is the state of a session.
  - What is thrown fails the task; its message and causes, with file and line, are the task's error.
  - zod 3 and zod 4 both work. input_schema.json and the like are not needed.

Try it:

    belt dev my-app
    belt run my-team/my-app --local --input name=Ada --setup greeting=Hi
    belt run my-team/my-app --local --session new --input name=Ada
    belt run my-team/my-app --local --session @last --input name=Bob
    belt run my-team/my-app --local --function spell --input word=hi \\
      --events steps.ndjson
    belt run my-team/my-app --local --function draw_card --input text=Hi \\
      --input photo=@me.png --save out/
    belt dev exec my-app -- npm test  # a server of its own, for a test suite`;
