import { lookup } from "node:dns";
import { Agent } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Where push messages may go. Endpoints are named by whoever signs in, so they are never trusted. */
export interface PushNetwork {
  /** Why an endpoint is not to be used; null when nothing is against it by its name. */
  faultOf(endpoint: URL): string | null;
  readonly agent: Agent;
}

/** Ranges of IPv4 that are not the public internet (IANA special-purpose registry). */
const PRIVATE_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
/** Ranges inside 2000::/3 that lead elsewhere: documentation, and tunnels to any IPv4 address. */
const PRIVATE_IPV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

const listOf = (ranges: readonly string[], family: "ipv4" | "ipv6"): BlockList => {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", prefix] = range.split("/");
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
};
const privateIpv4 = listOf(PRIVATE_IPV4, "ipv4");
const privateIpv6 = listOf(PRIVATE_IPV6, "ipv6");
const globalIpv6 = listOf(["2000::/3"], "ipv6");

/** Whether an IP address is one of the public internet. IPv4 in the clothes of IPv6 is not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !privateIpv4.check(address, "ipv4");
    case 6:
      return globalIpv6.check(address, "ipv6") && !privateIpv6.check(address, "ipv6");
    default:
      return false;
  }
}

/** Looks up names as ever, but answers with public addresses only: a name can lead anywhere, any time. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    const addresses = found?.filter(({ address }) => isPublicAddress(address)) ?? [];
    const [first] = addresses;
    if (error) callback(error, "", 0);
    else if (!first) callback(new Error(`${hostname} has no public address`), "", 0);
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function faultOf({ protocol, port, hostname, username, password }: URL): string | null {
  if (protocol !== "https:") return "must begin with https://";
  if (port !== "") return "must use the port of HTTPS";
  if (username !== "" || password !== "") return "must not carry a login";
  const host = hostname.replace(/^\[|\]$/g, "");
  const reachable = isIP(host) ? isPublicAddress(host) : host.includes(".");
  return reachable ? null : "must be on the public internet";
}

/** The public internet: HTTPS to public addresses, checked by name and again at each connection. */
export const publicNetwork = (): PushNetwork => ({
  faultOf,
  agent: new Agent({ lookup: publicLookup, maxSockets: 8 }),
});
