import { Agent, request } from "node:http";
import { expect, test } from "vitest";
import { cleanup, startServer, type TestServer } from "./server-fixture.ts";

const COUNT = 1000;

/** A thousand connections of fetch would measure the sockets, not the server. */
function submit(server: TestServer, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" };
    const sent = request(`${server.url}/apps/run`, { method: "POST", agent, headers }, (response) => {
      response.resume().once("end", resolve);
    });
    sent.once("error", reject);
    sent.end(JSON.stringify({ app: "test/probe", input: {} }));
  });
}

test("a thousand tasks at once all end, begun in the order of their arrival, on four workers", async () => {
  const server = await startServer({ workers: 4 });
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  cleanup(() => agent.destroy());
  let ended = 0;
  const all = server.emitted((event) => {
    if (event.type === "task" && event.status === "completed") ended += 1;
    return ended === COUNT;
  });
  await Promise.all(Array.from({ length: COUNT }, () => submit(server, agent)));
  await all;
  const told = (status: string) =>
    server.events.flatMap((event) => (event.type === "task" && event.status === status ? [event.id] : []));
  expect(told("dispatched")).toEqual(told("received"));
  expect(new Set(told("completed")).size).toBe(COUNT);
  expect(server.events.filter((event) => event.type === "worker" && event.state === "started")).toHaveLength(
    4,
  );
});
