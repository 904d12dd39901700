/** Whose everything on this server is, in the fields that the API has for it. */
export const OWNER = { user_id: "local", team_id: "local", visibility: "private" };
