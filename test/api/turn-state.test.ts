import { describe, expect, it } from "vitest";
import { readEvent } from "../../src/api/chat/chat-events.ts";
import { Growth } from "../../src/api/chat/growth.ts";
import { mergeToolCalls } from "../../src/api/chat/tool-call-deltas.ts";
import { type TurnChange, TurnState } from "../../src/api/chat/turn-state.ts";
import { readMessage } from "../../src/api/resources/agent.ts";
import type { JsonObject } from "../../src/wire/types.ts";
import { chat, delta, event, invocation, message, run, userMessage } from "../support/scripted-chat.ts";

const start = (assistant = message("pending", "")) => ({
  user: readMessage(userMessage),
  assistant: readMessage(assistant),
});
const tell = (state: TurnState, ...lines: JsonObject[]): TurnChange[] =>
  lines.flatMap((body) => state.take(readEvent({ name: "", text: "", body })));
const textOf = (changes: TurnChange[]) =>
  changes.map((change) => (change.type === "text" ? change.text : "")).join("");

describe("a text that grows", () => {
  it("is given out once, whichever of pieces and wholes tell it", () => {
    const growth = new Growth();
    const given = [
      growth.append("Hel", true),
      growth.snapshot("Hello", false),
      growth.append("lo", false),
      growth.append(" world", false),
      growth.snapshot("Hello", false),
      growth.snapshot("Hello world!", true),
    ];
    expect(given).toEqual(["Hel", "lo", "", " world", "", "!"]);
  });

  it("goes on from the whole where pieces are joined midway", () => {
    const growth = new Growth();
    expect(growth.snapshot("Hello", false)).toBe("Hello");
    expect(growth.append(" world", false)).toBe(" world");
    // A stream that numbers its pieces from one, wherever it begins.
    const other = new Growth();
    other.snapshot("Hello", false);
    expect(other.append(" world", true)).toBe(" world");
  });

  it("gives nothing more once what was given out is wrong, and has the last word as its whole", () => {
    const growth = new Growth();
    growth.append("I think", true);
    expect(growth.snapshot("No.", true)).toBe("");
    expect(growth.append(" Yes.", false)).toBe("");
    expect(growth.whole).toBe("No. Yes.");
  });
});

describe("tool calls", () => {
  it("merge by their index, whatever the order, and join their arguments", () => {
    const deltas = [
      [{ index: 1, id: "b", function: { name: "two", arguments: "" } }],
      [{ index: 0, id: "a", function: { name: "one", arguments: '{"x"' } }],
      [
        { index: 0, function: { arguments: ":1}" } },
        { index: 1, function: { arguments: "{}" } },
      ],
      null,
    ];
    expect(deltas.reduce(mergeToolCalls, [] as ReturnType<typeof mergeToolCalls>)).toEqual([
      { index: 0, id: "a", name: "one", arguments: '{"x":1}' },
      { index: 1, id: "b", name: "two", arguments: "{}" },
    ]);
  });
});

describe("a turn", () => {
  it("of a new chat ends when the chat is idle after it was seen at work", () => {
    const state = new TurnState({ isNewChat: true });
    state.begin(start());
    tell(state, event("chats", chat("completed", [], { active_run: null })));
    expect(state.ended).toBe(false);
    tell(state, event("chats", chat("working", [], { active_run: null })));
    tell(state, event("chats", chat("completed", [], { active_run: null })));
    expect(state.ended).toBe(true);
  });

  it("takes what was told before its message was taken, if it belongs to it", () => {
    const state = new TurnState({ isNewChat: true });
    const old = message("ready", "old", { id: "msg_0", agent_run_id: "run_0", order: -1 });
    tell(state, event("chats", chat("completed", [])), event("chat_messages", old));
    tell(state, event("chat_messages", message("pending", "Hel")), event("agent_runs", run("working")));
    expect(textOf(state.begin(start()))).toBe("Hel");
    expect(state).toMatchObject({ ended: false, status: "working", text: "Hel" });
  });

  it("merges only the fields that are said to have changed", () => {
    const state = new TurnState({ isNewChat: true });
    state.begin(start());
    tell(state, event("chat_messages", message("pending", "Hello")));
    const partial = { ...message("ready", ""), task_id: "" };
    tell(state, event("chat_messages", partial, ["status", "updated_at"]));
    expect(state.messages.at(-1)).toMatchObject({ status: "ready", text: "Hello", taskId: "task_model" });
  });

  it("does not go back: not to a run that still works, nor to a message that was pending", () => {
    const state = new TurnState({ isNewChat: true });
    state.begin(start());
    tell(state, event("chat_messages", message("ready", "Hello")), event("agent_runs", run("completed")));
    const changes = tell(
      state,
      event("agent_runs", run("working")),
      event("chat_messages", message("pending", "")),
      delta("x", 9),
    );
    expect(changes).toEqual([]);
    expect(state).toMatchObject({ ended: true, status: "completed", text: "Hello" });
  });

  it("tells each status of a call once, and asks once for an approval told twice", () => {
    const state = new TurnState({ isNewChat: true });
    state.begin(start());
    const held = message("pending", "", { tool_invocations: [invocation("inv_1", "awaiting_approval")] });
    const interrupt = { id: "int_1", reason: "tool_approval", status: "pending", resource_id: "inv_1" };
    const waiting = chat("input_required", [], { pending_interrupts: [interrupt] });
    const changes = tell(
      state,
      event("chat_messages", held),
      event("chats", waiting),
      event("chat_messages", held),
    );
    expect(changes.map(({ type }) => type)).toEqual(["tool", "approval", "status"]);
    expect(state.status).toBe("waiting");
  });

  it("is not the turn of another run, nor ended by it", () => {
    const state = new TurnState({ isNewChat: false });
    state.begin(start(message("queued", "")));
    tell(
      state,
      event("agent_runs", run("completed", { id: "run_0" })),
      event("chats", chat("completed", [], { active_run: run("completed", { id: "run_0" }) })),
    );
    expect(state).toMatchObject({ ended: false, status: "queued" });
  });

  const unnamed = (status: string, text = "") => message(status, text, { agent_run_id: null });
  const earlier = run("completed", { id: "run_0" });
  const busyBefore = run("working", { id: "run_0" });

  it.each<[string, string, JsonObject[], JsonObject[]]>([
    ["that had ended", "pending", [event("agent_runs", earlier)], []],
    ["that the chat still shows", "pending", [], [event("chats", chat("", [], { active_run: earlier }))]],
    ["that is told late", "pending", [], [event("agent_runs", earlier)]],
    ["that ended meanwhile", "pending", [event("agent_runs", busyBefore), event("agent_runs", earlier)], []],
    ["it waits behind", "queued", [event("agent_runs", busyBefore)], [event("agent_runs", earlier)]],
    [
      "it waits behind, unseen",
      "queued",
      [],
      [event("agent_runs", busyBefore), event("agent_runs", earlier)],
    ],
  ])("whose message names no run is not ended by one %s", (_, status, before, after) => {
    const state = new TurnState({ isNewChat: false });
    tell(state, ...before);
    state.begin(start(unnamed(status)));
    tell(state, ...after);
    expect(state.ended).toBe(false);
    tell(state, event("chat_messages", unnamed("pending")), event("agent_runs", run("working")));
    tell(state, event("agent_runs", earlier), event("chats", chat("", [], { active_run: earlier })));
    expect([state.ended, state.status]).toEqual([false, "working"]);
    tell(state, event("chat_messages", unnamed("ready", "Hello")), event("agent_runs", run("completed")));
    expect([state.ended, state.status, state.text, state.runId]).toEqual([
      true,
      "completed",
      "Hello",
      "run_1",
    ]);
  });

  it.each([
    ["names its run", message("pending", "")],
    ["names none", unnamed("pending")],
  ])("whose message %s is not told as ended by what the chat was before", (_, assistant) => {
    const idle = event("chats", chat("", [], { active_run: earlier }));
    const bare = event("chats", chat("completed", [], { active_run: null }));
    const begun = [event("agent_runs", run("working")), event("chat_messages", assistant)];
    for (const before of [[idle], [bare], [idle, bare]])
      for (const own of [begun, begun.toReversed()])
        for (const between of before.includes(idle) ? [[], [idle]] : [[]]) {
          const state = new TurnState({ isNewChat: false });
          const told = [...state.begin(start(assistant)), ...tell(state, ...before, ...own, ...between)];
          expect(told.filter(({ type }) => type === "status")).toEqual([
            { type: "status", status: "working" },
          ]);
          expect(state.ended).toBe(false);
          const rest = tell(state, event("agent_runs", run("completed")), bare);
          expect(rest.filter(({ type }) => type === "status")).toEqual([
            { type: "status", status: "completed" },
          ]);
        }
  });

  it("learns its run from its message", () => {
    const state = new TurnState({ isNewChat: false });
    state.begin(start(unnamed("pending")));
    tell(state, event("agent_runs", busyBefore), event("chat_messages", message("pending", "")));
    tell(state, event("agent_runs", earlier));
    expect([state.ended, state.runId]).toEqual([false, "run_1"]);
  });
});
