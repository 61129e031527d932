import { hostname } from "node:os";
import { serviceNames, type ServiceName } from "../contracts";
import type { Reader } from "./reader";

/** All of them, unless SERVICES names some. */
export function readServices(read: Reader, natsUrl: string | null): ServiceName[] {
  const names = read.list("SERVICES");
  if (names.length === 0) return [...serviceNames];
  const known = names.filter((name): name is ServiceName =>
    (serviceNames as readonly string[]).includes(name),
  );
  if (known.length < names.length) {
    const unknown = names.filter((name) => !(known as string[]).includes(name));
    read.faults.push(`SERVICES names ${unknown.join(", ")}; there are ${serviceNames.join(", ")}`);
  }
  if (!natsUrl && new Set(known).size < serviceNames.length) {
    read.faults.push("SERVICES names a part of the shop, which needs NATS_URL to reach the others");
  }
  return [...new Set(known)];
}

/** A part of a NATS subject; what has no place in one is dropped from the host's own name. */
export function readNodeId(read: Reader): string {
  const given = read.text("NODE_ID");
  if (given !== null && !/^[\w-]+(\.[\w-]+)*$/.test(given)) {
    read.faults.push("NODE_ID must be words of a-z, 0-9, _ and -, joined by dots");
  }
  return given ?? `${hostname().replaceAll(/[^\w-]+/g, "-")}-${process.pid}`;
}

/** Of this machine, as the gateway learns when it listens; here only whether it can be one at all. */
export function readHost(read: Reader): string {
  const host = read.text("HOST") ?? "0.0.0.0";
  if (!/^[\w.:%-]+$/.test(host)) read.faults.push("HOST must be an address or a host's name");
  return host;
}
