import type { JsonObject } from "../../wire/types.ts";

/** A row as it stands in a file. */
export interface Row {
  /** Where it begins, from 1. */
  line: number;
  id: string | null;
  function?: string;
  setup?: JsonObject;
  /** A tree of the `--input` grammar. */
  input: JsonObject;
}

/** What is wrong with a line. */
export interface RowProblem {
  line: number;
  problem: string;
}
