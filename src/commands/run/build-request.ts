import { fillUploads } from "../../input/coerce.ts";
import type { LocalFile } from "../../input/upload-files.ts";
import type { RunRequest } from "../../wire/types.ts";
import type { ParsedRun } from "./parse-run.ts";
import type { CoercedRun } from "./validate-input.ts";

/** The body of `POST /run` (src/api/README.md); `uriOf` tells what stands in the place of a file. */
export function buildRequest(
  { app, fields }: ParsedRun,
  { input, setup }: CoercedRun,
  uriOf: (file: string) => string,
): RunRequest {
  return {
    app,
    input: fillUploads(input, uriOf),
    ...(setup && { setup: fillUploads(setup, uriOf) }),
    ...fields,
  };
}

/** A file that `--dry-run` found, and the field it is for. */
export interface PlannedUpload {
  field: string;
  file: string;
  /** Null for standard input and other pipes, which are left unread. */
  size: number | null;
}

export function plannedUploads(coerced: CoercedRun, files: ReadonlyMap<string, LocalFile>): PlannedUpload[] {
  return (["input", "setup"] as const).flatMap((root) =>
    (coerced[root]?.uploads ?? []).map(({ field, file }) => ({
      field: [root, ...field].join("."),
      file,
      size: files.get(file)?.size ?? null,
    })),
  );
}
