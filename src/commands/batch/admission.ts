import type { JsonObject } from "../../wire/types.ts";
import type { PreparedRow } from "./plan.ts";

/** Leave to submit a row, and what of the batch's money is set aside for it. */
export interface Admission {
  /** What the row is said to cost, as it stands in its results; null where nobody asked. */
  estimate: JsonObject | null;
  /** The row was taken on, or may have been: the amount stays counted. */
  settle(): void;
  /** The row certainly was not taken on: the amount is free again. */
  release(): void;
}

/** Asked before anything of a row is uploaded; throws exit 7 where the money does not allow it. */
export type Admit = (row: PreparedRow) => Promise<Admission>;

/** Without a cap every row is let in. */
export const admitAll: Admit = async () => ({ estimate: null, settle() {}, release() {} });
