/** `belt help app-format`: enough to write an app from nothing. */
export const APP_FORMAT = `An app is a folder. \`belt app init <dir>\` makes one that runs; \`belt dev <dir>\` serves it, and \`belt run <namespace>/<name> --local\` calls it from another terminal. Edits are taken up.

  my-app/
    inf.yml          what the app is
    package.json     "type": "module"; dependencies: zod and @inferencesh/app (npm install)
    inference.js     the code; or src/inference.js, or the "main" of package.json
    .env             values of its secrets, on this machine only: API_TOKEN=abc

inf.yml
  namespace: my-team          # with the name: my-team/my-app
  name: my-app
  description: What it does.
  category: image
  kernel: node-22             # apps of Python kernels do not run in belt
  default_function: run       # which function runs when none is named
  env: {LOG_LEVEL: info}      # in process.env
  secrets:                    # in process.env, from .env; a run without one is refused (412)
    - key: API_TOKEN
      description: Of the service that this app calls.
      optional: false

inference.js
  import { writeFile } from "node:fs/promises";
  import { tmpdir } from "node:os";
  import { join } from "node:path";
  import { createFileSchema, File } from "@inferencesh/app";
  import { z } from "zod";

  const fileSchema = createFileSchema(z);
  // Of a function draw_card: DrawCardInput and DrawCardOutput, both exported, both z.object.
  export const AppSetup = z.object({ greeting: z.string().default("Hello") });
  export const RunInput = z.object({ name: z.string().min(1).describe("Whom to greet") });
  export const RunOutput = z.object({ text: z.string() });
  export const DrawCardInput = z.object({ photo: fileSchema.optional(), text: z.string() });
  export const DrawCardOutput = z.object({ card: fileSchema });

  export class App {
    async setup(config) {               // once for each process, and again when setup changes
      this.greeting = config.greeting;
      this.token = process.env.API_TOKEN;
    }
    async run({ name }) {               // a function: a public method with both schemas
      console.log("greeting", name);    // becomes the log of the task
      return { text: \`\${this.greeting}, \${name}!\` };
    }
    async draw_card({ photo, text }) {
      const path = join(tmpdir(), \`card-\${this.context.task_id}.svg\`);
      if (photo) console.log("of", await photo.getPath());   // downloads what --input photo=@me.png sent
      const svg = \`svg xmlns="http://www.w3.org/2000/svg"\`;
      await writeFile(path, \`<\${svg}><text y="20">\${text}</text></svg>\`);
      return { card: File.fromPath(path) };   // or {path}; a bare path is not stored
    }
    async onCancel() {}                 // when a task is cancelled; this.context.cancelRequested is set, too
    async unload() {}                   // when the process ends
  }

Rules
  - A function is a method of App that is not setup, unload, onCancel or
    constructor, does not begin with _, and has both schemas: run has RunInput
    and RunOutput, set_value has SetValueInput and SetValueOutput.
  - Inputs are checked by the schema, with its defaults filled in; outputs are JSON.
  - A method may be an async generator: each yield is a partial output, the last one the result.
  - What this.… holds lives as long as the process: that is the state of a session.
  - What is thrown fails the task; its message and causes are the task's error.
  - zod 3 and zod 4 both work. input_schema.json and the like are not needed.

Try it
  belt dev my-app
  belt run my-team/my-app --local --input name=Ada
  belt run my-team/my-app --local --function draw_card --input text=Hi --save out/
  belt run my-team/my-app --local --setup greeting=Hi --input name=Ada
  belt dev exec my-app -- npm test          # a server of its own, for a test suite`;
