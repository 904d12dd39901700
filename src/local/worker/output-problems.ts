/** What of an output does not fit its schema; the platform takes it all the same. Runs in the worker process. */
import type { ZodSchema } from "./app.ts";
import { isFilePlace } from "./bare-paths.ts";

const MOST = 5;

/** Files are told apart elsewhere, and have more forms than their schema. */
export async function outputProblems(schema: ZodSchema, value: unknown): Promise<string[]> {
  const result = await schema.safeParseAsync(value).catch(() => null);
  const issues = result?.success === false ? (result.error?.issues ?? []) : [];
  return issues
    .filter(({ path }) => !isFilePlace(schema, path.map(String)))
    .slice(0, MOST)
    .map(
      ({ path, message }) =>
        `${["output", ...path.map(String)].join(".")} does not fit the schema: ${message}`,
    );
}
