import { createHash } from "node:crypto";
import type { Api } from "../../api/client.ts";
import type { BatchHead } from "../../store/batch-records.ts";
import type { Context } from "../shared/context.ts";

/** What a batch of this app by this command belongs to. */
export async function headOf({ credentials }: Context, api: Api, app: string): Promise<BatchHead> {
  const { key, profile, local } = await credentials.account();
  const hash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 12);
  return {
    api: api.name,
    profile: local ? null : profile,
    key: local || key === null ? null : hash(key),
    app,
  };
}
