import type { IncomingMessage } from "node:http";
import { isIP, isIPv6 } from "node:net";

/**
 * Who is on the other side, as one key for limits: the socket's address or, behind
 * `trustedProxies` proxies, the entry of X-Forwarded-For that the outermost of them wrote; what
 * stands further left is the client's own invention. IPv6 counts by /64, which one customer has whole.
 */
export function clientKey(req: IncomingMessage, trustedProxies: number): string {
  const socket = req.socket.remoteAddress ?? "";
  if (trustedProxies === 0) return networkOf(socket);
  const header = req.headers["x-forwarded-for"];
  const hops = (typeof header === "string" ? header.split(",") : []).map((hop) => hop.trim());
  const claimed = hops[Math.max(0, hops.length - trustedProxies)] ?? "";
  return networkOf(isIP(claimed) ? claimed : socket);
}

const MAPPED_V4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An IPv4 address as it is, an IPv6 address as its /64. */
export function networkOf(address: string): string {
  const mapped = MAPPED_V4.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("%", 1)[0]?.split("::", 2) ?? [];
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  // An embedded IPv4 tail takes two groups, all of them beyond the first four or zero.
  const gap = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(gap).fill("0"), ...after];
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(":")
    .concat("::/64");
}
