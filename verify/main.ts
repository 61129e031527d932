import { parseArgs } from "node:util";
import { ConfigError, readStores } from "../config/env";
import { messageOf } from "../lib/errors";
import { toLines, violated } from "./report";
import { fingerprintOf } from "./fingerprint";
import { keptHoursOf } from "./check";
import { openTarget, type Target } from "./target";
import { verify } from "./verify";

const USAGE = `npm run verify -- [--settle seconds] [--reconcile seconds] [--allow-dead] [--json] [--fingerprint]

Checks the invariants of a shop (docs/reliability.md) in its databases. DATA_DIR names an embedded
shop, which may run or not; POSTGRES_URL, MONGO_URL, REDIS_URL, NATS_URL and NAMESPACE a cluster;
EVENT_RETENTION_HOURS as the shop has it.

  --settle     how long to wait until nothing is under way any more (30)
  --reconcile  how long a payment may wait for its provider (900)
  --allow-dead dead letters are there on purpose
  --json       findings as JSON
  --fingerprint  no findings, but a number for the rows of each table, to compare before and after a replay

Ends with 0 when all holds, 1 when something is violated, 2 when it cannot be checked.`;

const GOOD = 0;
const VIOLATED = 1;
const CANNOT_CHECK = 2;

const flags = {
  settle: { type: "string", default: "30" },
  reconcile: { type: "string", default: "900" },
  "allow-dead": { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  fingerprint: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

function seconds(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Error(`--${name} must be a number of seconds`);
  return value;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: flags });
  if (values.help) {
    console.log(USAGE);
    return GOOD;
  }
  const settleMs = seconds("settle", values.settle) * 1000;
  const reconcileSeconds = Math.ceil(seconds("reconcile", values.reconcile));
  const stores = readStores();
  const target = await openTarget(stores);
  try {
    if (values.fingerprint) return await printFingerprint(target);
    const keptHours = keptHoursOf(stores.eventRetention);
    const limits = { reconcileSeconds, keptHours, allowDead: values["allow-dead"] };
    const { findings, underWay } = await verify(target, { settleMs, limits });
    console.log(values.json ? JSON.stringify(findings, null, 2) : toLines(findings).join("\n"));
    if (violated(findings).length > 0) return VIOLATED;
    if (underWay.length === 0) return GOOD;
    console.error(`cannot check all: ${underWay.join(", ")}`);
    return CANNOT_CHECK;
  } finally {
    await target.close();
  }
}

async function printFingerprint(target: Target): Promise<number> {
  for (const { table, rows, print } of await fingerprintOf(target)) {
    console.log(`${table.padEnd(40)} ${String(rows).padStart(9)} ${print}`);
  }
  return GOOD;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(
      error instanceof ConfigError ? error.message : `cannot check: ${messageOf(error)}`,
    );
    process.exitCode = CANNOT_CHECK;
  },
);
