import type { Api } from "../../api/client.ts";
import type { Context } from "../shared/context.ts";

/** Notes that a session was ended, so that it is not offered any more; without the note it merely is. */
export async function rememberEnd({ store, now, out }: Context, api: Api, id: string): Promise<void> {
  const time = new Date(now()).toISOString();
  await store.journal
    .append({ type: "ended", id, app: null, api: api.name, time })
    .catch((error: Error) => out.trace(error.message));
}
