import { connect } from "node:net";

const TIMEOUT_MS = 2_000;
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  "nats:": 4222,
  "tls:": 4222,
  "postgres:": 5432,
  "postgresql:": 5432,
  "mongodb:": 27017,
  "redis:": 6379,
  "rediss:": 6379,
};

interface Address {
  readonly host: string;
  readonly port: number;
}

/** The servers that a URL names, which may be several by comma; none where only DNS knows them. */
export function addressesOf(url: string): Address[] {
  const protocol = `${url.split("://")[0]}:`;
  const port = DEFAULT_PORTS[protocol];
  if (port === undefined) return [];
  return url.split(",").map((part) => {
    const server = new URL(part.includes("://") ? part : `${protocol}//${part}`);
    return { host: server.hostname.replace(/^\[|\]$/g, ""), port: Number(server.port || port) };
  });
}

/** A line for each of `variables` whose servers do not take connections, none of them. */
export async function unreachable(
  variables: Readonly<Record<string, string | null>>,
): Promise<string[]> {
  const checks = Object.entries(variables).map(async ([name, url]) => {
    const addresses = url === null ? [] : addressesOf(url);
    const answers = await Promise.all(addresses.map(accepts));
    if (addresses.length === 0 || answers.includes(true)) return [];
    const where = addresses.map(({ host, port }) => `${host}:${port}`).join(", ");
    return [`${name}: nobody answers at ${where}`];
  });
  return (await Promise.all(checks)).flat();
}

function accepts({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", end(true));
    socket.once("timeout", end(false));
    socket.once("error", end(false));
  });
}
