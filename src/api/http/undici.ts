/** The parts of undici that belt uses: its index would load the rest as well, which takes as long as node's own start. */
export { default as request } from "undici/lib/api/api-request.js";
export { default as buildConnector } from "undici/lib/core/connect.js";
export { default as Agent } from "undici/lib/dispatcher/agent.js";

/** What a proxy needs, loaded only where one is in the way. */
export async function proxyParts() {
  const [{ default: ProxyAgent }, { default: Pool }, { default: connect }] = await Promise.all([
    import("undici/lib/dispatcher/proxy-agent.js"),
    import("undici/lib/dispatcher/pool.js"),
    import("undici/lib/api/api-connect.js"),
  ]);
  return { ProxyAgent, Pool, connect };
}
