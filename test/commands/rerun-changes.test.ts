import { describe, expect, test } from "vitest";
import { RECEIPT, RUN, receiptIn, sentBody, serve } from "../support/receipt-scene.ts";
import { lastError, patientScene as scene } from "../support/scene.ts";

describe.concurrent("what differs in a rerun", () => {
  test.for([
    ["its name", "hf_api_token", "OLD-1", "NEW-2"],
    ["the name it is within", "list.0.secret", "OLD-1", "NEW-2"],
    ["format: password", "code", "OLD-1", "NEW-2"],
    ["writeOnly", "pin", 11111, "22222"],
  ] as const)("shows nothing of what is secret by %s", async ([_rule, key, old, given]) => {
    await scene(async (one) => {
      const input = key.startsWith("list") ? { list: [{ secret: old }] } : { [key]: old };
      serve(one.api, { task: { input: { seed: 7, ...input }, function: "run" } });
      const { code, stderr } = await one.belt("rerun", "task_1", "-i", `${key}=${given}`, "--dry-run");
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr).toContain(`differs: ${key} is another`);
      expect(stderr).not.toContain(String(old));
      expect(stderr).not.toContain(given);
    })();
  });

  test(
    "shows what is not secret",
    scene(async (one) => {
      serve(one.api, { task: { input: { seed: 7, max_tokens: 1 }, function: "run" } });
      const given = ["-i", "seed=8", "-i", "max_tokens=2"];
      const { stderr } = await one.belt("rerun", "task_1", ...given, "--dry-run");
      expect(stderr).toContain("differs: seed is 8, was 7");
      expect(stderr).toContain("differs: max_tokens is 2, was 1");
    }),
  );
});

describe.concurrent("a text that looks like the mark of what was left out", () => {
  test(
    "is run again as it is, beside a secret that must be given again",
    scene(async (one) => {
      serve(one.api);
      const typed = ["-i", "prompt=<redacted>", "-i", "list[].name=<redacted>", "-i", "code=five"];
      expect((await one.belt(...RUN, ...typed)).code).toBe(0);
      expect(receiptIn(one).redacted).toEqual(["input.code"]);
      const refused = await one.belt("rerun", RECEIPT, "--json");
      expect([refused.code, lastError(refused.stderr).hint]).toEqual([2, "add -i code=…"]);
      const again = await one.belt("rerun", RECEIPT, "-i", "code=five");
      expect(again).toMatchObject({ code: 0 });
      expect(again.stderr).not.toContain("five");
      const input = { prompt: "<redacted>", list: [{ name: "<redacted>" }], code: "five" };
      expect(sentBody(one)?.input).toEqual(input);
    }),
  );

  test(
    "is told when another takes its place, and not what that is",
    scene(async (one) => {
      serve(one.api);
      expect((await one.belt(...RUN, "-i", "prompt=<redacted>")).code).toBe(0);
      const { code, stderr } = await one.belt("rerun", RECEIPT, "-i", "prompt=fog");
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr).toContain("differs: prompt is another");
    }),
  );
});
