import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { streamTask } from "../../src/local/http/task-stream.ts";
import { LiveTask, type Task } from "../../src/local/tasks/task.ts";
import { createTestClock, until } from "./server-fixture.ts";

/** A connection that takes nothing more after its first line, until told. */
class SlowResponse extends EventEmitter {
  writableNeedDrain = false;
  lines: string[] = [];
  ended = false;

  write(line: string, done?: () => void): void {
    this.lines.push(line);
    this.writableNeedDrain = true;
    done?.();
  }

  end(): void {
    this.ended = true;
  }

  drain(): void {
    this.writableNeedDrain = false;
    this.emit("drain");
  }
}

test("a client that does not read is not queued for; it gets what it missed when it reads again", async () => {
  const clock = createTestClock();
  const live = new LiveTask({ id: "task_1", events: [], logs: [], status: "queued" } as unknown as Task);
  const response = new SlowResponse();
  const format = { type: "", line: (value: object) => JSON.stringify(value), heartbeat: "beat", end: "" };
  streamTask(response as unknown as ServerResponse, format, live, {
    clock,
    serialize: (task, logs) => ({ status: task.status, logs: logs.map((log) => log.content) }),
  });
  for (let n = 0; n < 1000; n += 1) live.log(`line ${n}`, 4, n);
  live.move("running", 1);
  clock.advance(60_000);
  expect(response.lines).toEqual(['{"status":"queued","logs":[]}']);

  response.drain();
  expect(response.lines).toHaveLength(2);
  expect(JSON.parse(response.lines[1]!)).toMatchObject({ status: "running", logs: { length: 1000 } });
  response.drain();
  expect(response.lines).toHaveLength(2);

  live.end("completed", null, 2);
  expect(response.lines[2]).toBe('{"status":"completed","logs":[]}');
  await until(() => response.ended);
  expect(response.lines).toHaveLength(3);
});
