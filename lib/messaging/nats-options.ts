import type { ConnectionOptions } from "nats";
import { inboxPrefixOf } from "./nats-names";

/**
 * How to connect to `url` (several by comma, with one login): nats.js drops user, password and scheme
 * of a URL, and gives up after ten tries; here it never does. One `tls://` among them means TLS with
 * all, verified by `caFile` or the system's authorities, and no password to a server without it.
 */
export function natsOptions(url: string, caFile: string | null = null): ConnectionOptions {
  const servers = url.split(",").map((server) => new URL(server));
  const login = servers.find((server) => server.username);
  const user = login && decodeURIComponent(login.username);
  return {
    servers: servers.map((server) => server.host),
    ...(user ? { user, inboxPrefix: inboxPrefixOf(user) } : {}),
    ...(login?.password ? { pass: decodeURIComponent(login.password) } : {}),
    ...(caFile !== null || servers.some((server) => server.protocol === "tls:")
      ? { tls: caFile === null ? {} : { caFile } }
      : {}),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    // A password that is being changed is not yet known everywhere; it would give up at the second refusal.
    ignoreAuthErrorAbort: true,
    pingInterval: 5_000,
    maxPingOut: 2,
  };
}
