import type { ConnectionOptions } from "nats";

/**
 * How to connect to `url` (several by comma): nats.js drops user, password and scheme of a URL, and
 * gives up after ten tries; here it never does.
 */
export function natsOptions(url: string): ConnectionOptions {
  const servers = url.split(",").map((server) => new URL(server));
  const [first] = servers;
  if (!first) throw new RangeError("no NATS server");
  return {
    servers: servers.map((server) => server.host),
    ...(first.username ? { user: decodeURIComponent(first.username) } : {}),
    ...(first.password ? { pass: decodeURIComponent(first.password) } : {}),
    ...(first.protocol === "tls:" ? { tls: {} } : {}),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    waitOnFirstConnect: true,
    pingInterval: 5_000,
    maxPingOut: 2,
  };
}
