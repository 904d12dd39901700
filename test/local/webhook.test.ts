import { createServer } from "node:http";
import { expect, test } from "vitest";
import { listening } from "../support/listening.ts";
import { cleanup, createTestClock, type Json, rehearse, startServer, until } from "./server-fixture.ts";

/** Takes POSTs and answers each with the next status, a status of 0 never. */
async function startReceiver(statuses: number[]) {
  const received: Json[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    received.push(JSON.parse(text));
    const status = statuses[received.length - 1] ?? 200;
    if (status !== 0) response.writeHead(status).end();
  });
  const url = `http://${await listening(server)}/hook`;
  cleanup(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url, received };
}

test("a webhook gets the finished task", async () => {
  const receiver = await startReceiver([200]);
  const server = await startServer();
  const task = await server.run({ webhook: receiver.url });
  await server.emitted((event) => event.type === "webhook");
  expect(receiver.received).toEqual([
    {
      id: task.id,
      status: 10,
      output: task.output,
      error: "",
      session_id: null,
      created_at: task.created_at,
      updated_at: task.updated_at,
    },
  ]);
});

test("a webhook that refuses is tried three times, and the task is none the worse", async () => {
  const clock = createTestClock();
  const server = await rehearse("steps: [{on: webhook, times: always, do: {status: 500}}]", { clock });
  const task = await server.run({ webhook: "http://127.0.0.1:1/" });
  expect(task.status_text).toBe("completed");
  await until(() => {
    clock.advance(1000);
    return server.rehearsal()!.steps[0]!.hits === 3;
  });
  const told = await server.emitted((event) => event.type === "webhook");
  expect(told).toMatchObject({ task: task.id, delivered: false, tries: 3, error: "HTTP 500" });
});

test("a webhook that does not answer is given up by the server's clock, and said to be silent", async () => {
  const receiver = await startReceiver([0, 0, 0]);
  const clock = createTestClock();
  const server = await startServer({ clock });
  await server.run({ webhook: receiver.url });
  for (const tries of [1, 2, 3]) {
    await until(() => receiver.received.length === tries);
    await until(() => {
      clock.advance(5000);
      return receiver.received.length > tries || server.events.some(({ type }) => type === "webhook");
    });
  }
  const told = await server.emitted((event) => event.type === "webhook");
  expect(told).toMatchObject({ delivered: false, tries: 3, error: "no answer within 10s" });
});
