import { BeltError } from "../../src/errors.ts";

/** The BeltError that `action` ends with; anything else it throws, and a success, fails the test. */
export async function thrownBy(action: () => unknown): Promise<BeltError> {
  try {
    await action();
  } catch (thrown) {
    if (thrown instanceof BeltError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}
