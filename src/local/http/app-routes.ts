import { invalidField } from "../errors.ts";
import { page, readListQuery } from "./list-query.ts";
import type { ApiRequest } from "./request.ts";
import type { Reply } from "./response.ts";
import type { Services } from "./services.ts";

const APP_FIELDS = {
  filters: [
    "id",
    "namespace",
    "name",
    "description",
    "category",
    "status",
    "version_id",
    "created_at",
    "updated_at",
  ],
  search: ["id", "namespace", "name", "description", "category"],
};

export async function getApp({ apps }: Services, { params }: ApiRequest): Promise<Reply> {
  const { namespace, name } = params;
  return { data: await apps.get(namespace ? `${namespace}/${name}` : name!) };
}

export async function listApps({ apps }: Services, { body }: ApiRequest): Promise<Reply> {
  const { limit, cursor, matches, messages } = readListQuery(body, APP_FIELDS);
  const all = (await apps.list()).filter(matches ?? (() => true));
  const from = cursor === null ? 0 : Number(cursor);
  if (!Number.isInteger(from) || from < 0) throw invalidField("cursor", "is not one of this list");
  const next = from + limit < all.length ? String(from + limit) : null;
  return { data: page(all.slice(from, from + limit), next, cursor, limit, all.length), messages };
}
