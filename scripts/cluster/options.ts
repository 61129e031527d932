import { parseArgs } from "node:util";
import { serviceNames, type ServiceName } from "../../contracts";

export interface ClusterOptions {
  readonly replicasOf: Readonly<Record<ServiceName, number>>;
  /** Show what the processes log, in place of the table. */
  readonly logs: boolean;
}

export const USAGE = `npm run cluster -- [--replicas orders=2,payments=2 | --replicas all=2] [--logs]
  --replicas  how many processes a service gets (1); may be given more than once
  --logs      show what the processes log, in place of the table`;

const MAX_REPLICAS = 16;

/** Throws an error whose message is for the person who typed the arguments. */
export function parseOptions(args: readonly string[]): ClusterOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      replicas: { type: "string", multiple: true, default: [] },
      logs: { type: "boolean", default: false },
    },
  });
  const replicasOf = Object.fromEntries(serviceNames.map((name) => [name, 1])) as Record<
    ServiceName,
    number
  >;
  for (const wish of values.replicas.flatMap((list) => list.split(","))) {
    const { names, count } = parseWish(wish.trim());
    for (const name of names) replicasOf[name] = count;
  }
  return { replicasOf, logs: values.logs };
}

function parseWish(wish: string): { names: readonly ServiceName[]; count: number } {
  const [who = "", number = ""] = wish.split("=");
  const count = Number(number);
  if (!/^\d+$/.test(number) || count < 1 || count > MAX_REPLICAS) {
    throw new Error(`--replicas ${wish}: say it as orders=2, with 1 to ${MAX_REPLICAS}`);
  }
  const names = serviceNames.filter((name) => who === "all" || who === name);
  if (names.length === 0) {
    throw new Error(`--replicas ${wish}: there is no ${who}; there are ${serviceNames.join(", ")}`);
  }
  return { names, count };
}
