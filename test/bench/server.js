// The API as far as the benchmark asks: one task, which has ended when a stream of as many lines as
// STREAM_LINES says has been read, and runs again once that was told.
import { createServer } from "node:http";

const task = { id: "task_1", status: 7, input: { prompt: "x" }, output: { text: "y" } };
const lines = Number(process.env.STREAM_LINES);
const updates = Array.from({ length: lines }, (_, index) => {
  const last = index === lines - 1;
  return JSON.stringify({
    id: "task_1",
    status: last ? 10 : 7,
    output: { text: `word ${index}` },
    error: null,
  });
});
const final = { ...task, ...JSON.parse(updates.at(-1)) };
let streamed = false;
const stream = `${updates.join("\n")}\n`;

const server = createServer((request, response) => {
  if (request.url.endsWith("/stream")) {
    response.writeHead(200, { "content-type": "application/x-ndjson" }).end(stream);
    streamed = true;
  } else {
    const data = request.url.endsWith("/timings") ? {} : streamed ? final : task;
    streamed = false;
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ data, messages: [] }));
  }
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
