import { execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { beforeEach, describe, expect, it } from "vitest";
import { belt, ROOT, until } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";
import { json } from "../support/scripted-api.ts";
import { api, home, setStage } from "../support/stage.ts";

setStage();

function scripted(argv: string[]): string {
  return ["stty cols 80;", "node", join(ROOT, "bin/belt.js"), ...argv.map((word) => `'${word}'`)].join(" ");
}

const environment = (env: Record<string, string>) => ({
  PATH: process.env["PATH"] ?? "",
  TERM: "xterm-256color",
  ...home.env,
  ...env,
});

/** Types each answer at the terminal once its question is there. */
async function typing(
  argv: string[],
  answers: [question: string, answer: string][],
  after = "",
): Promise<string> {
  const child = spawn("script", ["-qec", `${scripted(argv)} ${after}`, "/dev/null"], {
    cwd: home.dir,
    env: environment({ INFSH_API_KEY: "inf_x", BELT_API_URL: api.url }),
  });
  let seen = "";
  child.stdout.on("data", (chunk) => {
    seen += chunk;
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  for (const [question, answer] of answers) {
    await until(() => seen.includes(question));
    child.stdin.write(answer);
  }
  await ended;
  return seen;
}

describe("missing inputs are asked for on a terminal", () => {
  beforeEach((context) => {
    needsLinux(context);
    const input_schema = {
      type: "object",
      required: ["prompt", "style", "hd", "steps", "photo"],
      properties: {
        prompt: { type: "string", description: "What to paint" },
        style: { enum: ["ink", "oil"] },
        hd: { type: "boolean" },
        steps: { type: "integer" },
        photo: { type: "string", format: "file" },
      },
    };
    api
      .on("GET /apps/infsh/flux", api.ok({ version: { id: "v1", input_schema } }))
      .offer("POST /files", api.ok([{ uri: "https://f/cat.png", upload_url: `${api.url}/put` }]))
      .offer("PUT /put", json(200, {}))
      .offer("POST /run", api.ok({ id: "task_1", status: "queued" }));
  });

  it("each with the prompt its type wants", async () => {
    writeFileSync(join(home.dir, "cat.png"), "a cat");
    await typing(
      ["run", "infsh/flux", "--no-wait"],
      [
        ["prompt (What to paint)", "fog\r"],
        ["style", "\u001b[B\r"],
        ["hd", "y\r"],
        ["steps, integer", "4\r"],
        ["photo, path of a file", "cat.png\r"],
      ],
    );
    const sent = api.requests.find(({ url }) => url.startsWith("/run"));
    expect(sent!.body).toEqual({
      app: "infsh/flux",
      input: { prompt: "fog", style: "oil", hd: true, steps: 4, photo: "https://f/cat.png" },
    });
  });

  it("again until the answer fits, and nothing is answered by Enter alone", async () => {
    writeFileSync(join(home.dir, "cat.png"), "a cat");
    const seen = await typing(
      ["run", "infsh/flux", "--no-wait", "-i", "prompt=fog", "-i", "style=ink"],
      [
        ["hd, yes or no", "\r"],
        ["must provide", "maybe\r"],
        ["must be true or false, not maybe", "\u007f\u007f\u007f\u007f\u007fn\r"],
        ["steps, integer", "four\r"],
        ["must be a whole number, not four", "\u007f\u007f\u007f\u007f4\r"],
        ["photo, path of a file", "no.png\r"],
        ["no such file", "\u007f\u007f\u007f\u007f\u007f\u007fcat.png\r"],
      ],
    );
    expect(seen).toContain("uploaded cat.png");
    expect(api.requests.find(({ url }) => url.startsWith("/run"))!.body).toMatchObject({
      input: { hd: false, steps: 4, photo: "https://f/cat.png" },
    });
  });

  it.each([
    ["Ctrl-D", "\u0004", "exit 2", "--input prompt was asked for, and not answered"],
    ["Ctrl-C", "\u0003", "exit 130", "interrupted"],
  ])("and %s leaves it unanswered", async (_name, keys, exit, words) => {
    const seen = await typing(
      ["run", "infsh/flux", "--no-wait"],
      [["prompt (What to paint)", keys]],
      "; echo exit $?",
    );
    expect(seen).toContain(words);
    expect(seen).toContain(exit);
    expect(api.count("POST /run")).toBe(0);
  });

  it("and SIGTERM ends the questions", async () => {
    const command = `echo pid $$,; exec ${scripted(["run", "infsh/flux", "--no-wait"]).replace("stty cols 80;", "")}`;
    const env = environment({ INFSH_API_KEY: "inf_x", BELT_API_URL: api.url });
    const child = spawn("script", ["-qec", command, "/dev/null"], { cwd: home.dir, env });
    let seen = "";
    child.stdout.on("data", (chunk) => {
      seen += chunk;
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    await until(() => seen.includes("prompt (What to paint)"));
    process.kill(Number(/pid (\d+),/.exec(seen)![1]), "SIGTERM");
    expect(await ended).toBe(143);
  });

  it("but not with --no-prompt", async () => {
    const seen = await typing(["run", "infsh/flux", "--no-wait", "--no-prompt"], []);
    expect(seen).toContain("--input prompt is required");
    expect(api.count("POST /run")).toBe(0);
  });
});

describe("an image in the output", () => {
  beforeEach(needsLinux);

  function painted(argv: string[], env: Record<string, string> = {}): string {
    const command = scripted([
      "run",
      "infsh/flux",
      "-i",
      "prompt=fog",
      "-i",
      "width=128",
      "-i",
      "height=64",
      "--local",
      ...argv,
    ]);
    return execFileSync("script", ["-qec", command, "/dev/null"], {
      cwd: home.dir,
      env: environment(env),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 2 ** 26,
    });
  }

  it("is shown below it in half blocks", () => {
    expect(painted([], { COLORTERM: "truecolor" })).toMatch(
      /image\.png.*\n.*(\u001b\[38;2;\d+;\d+;\d+;48;2;\d+;\d+;\d+m▀){16}/s,
    );
  });

  it("is the saved file where the terminal takes files", () => {
    const shown = painted(["--save", "out"], { TERM: "xterm-kitty" });
    const pieces = [...shown.matchAll(/\u001b_G[^;]*;([^\u001b]*)\u001b\\/g)].map(([, piece]) => piece);
    expect(Buffer.from(pieces.join(""), "base64")).toEqual(readFileSync(join(home.dir, "out/image.png")));
  });

  it("is fetched from where it is, or read out of the answer; what is no image is not asked for", async () => {
    const png = PNG.sync.write(new PNG({ width: 16, height: 16 }));
    const output = {
      image: { uri: `${api.url}/a.png` },
      inline: { uri: `data:image/png;base64,${png.toString("base64")}` },
      text: { uri: `${api.url}/a.txt`, content_type: "text/plain" },
      broken: { uri: `${api.url}/broken.png` },
    };
    const done = api.task("completed", { output });
    api
      .on("POST /run", api.ok(done))
      .on("GET /tasks/task_1", api.ok(done))
      .on("GET /a.png", (_request, response) => void response.end(png))
      .on("GET /broken.png", (_request, response) => void response.end("no picture"));
    const seen = await typing(["run", "infsh/flux"], []);
    expect(seen.match(/▀+/g)?.join("")).toHaveLength(4);
  });

  it.each([[["--preview", "never"]], [["--json"]], [["-q"]], [["--color", "never"]]])(
    "is not shown with %j",
    (argv) => {
      expect(painted(argv)).not.toMatch(/▀|\u001b_G/);
    },
  );
});

describe("what a receipt does not keep, and what it has uploaded, is asked for on a terminal", () => {
  beforeEach(async () => {
    const done = api.task("completed", { output: { image: { uri: `${api.url}/a.png` } } });
    api
      .on("POST /files", api.ok([{ upload_url: `${api.url}/put`, uri: "https://cdn.test/in.png" }]))
      .on("PUT /put", api.ok(null))
      .on("POST /run", api.ok(done))
      .on("GET /tasks/task_1", api.ok(done))
      .on("GET /a.png", (_request, response) => void response.end("x"));
    writeFileSync(join(home.dir, "cat.png"), "a cat");
    const run = [
      "run",
      "infsh/paint",
      "-i",
      "image=@cat.png",
      "-i",
      "token=s3cret",
      "--save",
      "out",
      "--receipt",
    ];
    expect(await belt(run, { home, env: { INFSH_API_KEY: "inf_x", BELT_API_URL: api.url } })).toMatchObject({
      code: 0,
    });
    api.requests.length = 0;
  });

  const rerun = ["rerun", "out/image.png.belt.json"];

  it("and sent once it is given and allowed", async () => {
    const seen = await typing(rerun, [
      ["token", "s3cret\r"],
      ["Upload cat.png", "y\r"],
    ]);
    expect(seen).not.toContain("s3cret");
    expect(api.requests.find(({ url }) => url.startsWith("/run"))?.body).toMatchObject({
      input: { token: "s3cret", image: "https://cdn.test/in.png" },
    });
  });

  it("and not without a yes", async () => {
    const seen = await typing(rerun, [
      ["token", "s3cret\r"],
      ["Upload cat.png", "n\r"],
    ]);
    expect(seen).toContain("nothing was uploaded or submitted");
    expect(api.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  });
});
