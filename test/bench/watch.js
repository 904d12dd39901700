// What `belt task watch --json` is measured against: readline and JSON.parse, one line out for each that differs.
import { get } from "node:http";
import { createInterface } from "node:readline";

const headers = { authorization: `Bearer ${process.env.INFSH_API_KEY}` };
get(`${process.env.BELT_API_URL}/tasks/task_1/stream`, { headers }, async (response) => {
  let seq = 0;
  for await (const line of createInterface({ input: response })) {
    const { id, output } = JSON.parse(line);
    process.stdout.write(`${JSON.stringify({ type: "output", seq: ++seq, task_id: id, output })}\n`);
  }
});
