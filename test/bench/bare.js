// node test/bench/bare.js <url> <key> <rows> <jobs> follow|poll: runs the bundled echo app so many times
// and keeps nothing, which is what `belt batch` is measured by.
import { Agent, request } from "node:http";

const [url, key, rows, jobs, how] = process.argv.slice(2);
/** Between two looks at one task, in milliseconds. */
const POLL = 10;
const COMPLETED = 10;

const agent = new Agent({ keepAlive: true, maxSockets: Number(jobs) });
let next = 0;
await Promise.all(Array.from({ length: Number(jobs) }, work));
agent.destroy();

async function work() {
  while (next < Number(rows)) {
    const body = { app: "infsh/echo", input: { text: `row ${next++}` } };
    const { id } = await ask("POST", `${url}/run?wait=false`, body);
    await (how === "poll" ? poll : follow)(`${url}/tasks/${id}`);
  }
}

async function poll(task) {
  while ((await ask("GET", task)).status !== COMPLETED)
    await new Promise((resolve) => setTimeout(resolve, POLL));
}

async function follow(task) {
  const lines = (await send("GET", `${task}/stream`)).trim().split("\n");
  if (!lines.some((line) => JSON.parse(line).status === COMPLETED)) throw new Error("it has not ended");
  await ask("GET", task);
}

async function ask(method, target, body) {
  return JSON.parse(await send(method, target, body));
}

function send(method, target, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      Accept: "application/x-ndjson, application/json;q=0.9",
      Authorization: `Bearer ${key}`,
      "X-API-Version": "2",
      "Content-Type": "application/json",
    };
    const sent = request(target, { method, agent, headers }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve(text);
    });
    sent.once("error", reject);
    sent.end(body && JSON.stringify(body));
  });
}
