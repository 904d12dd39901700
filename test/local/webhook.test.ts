import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { cleanup, createTestClock, type Json, rehearse, startServer, until } from "./server-fixture.ts";

async function startReceiver() {
  const received: Json[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    received.push(JSON.parse(text));
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanup(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

test("a webhook gets the finished task", async () => {
  const receiver = await startReceiver();
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
