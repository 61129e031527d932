import { parseArgs } from "node:util";
import { toLines } from "../verify/report";
import { growthOf } from "./growth";
import { soak, type Sample } from "./soak";

const USAGE = `npm run chaos:soak -- [--minutes m] [--rate n]

Lets orders of every kind come at a steady rate to a shop that forgets its events within minutes, and
watches its tables, memory, file descriptors and event loop. What grew in the last half of the time, a
story that ended otherwise than it should, a death, or an invariant that does not hold, is a failure.

  --minutes  how long (10; the inbox is full after three)
  --rate     orders a second (4)`;

function tell(seconds: number, orders: number, sample: Sample): void {
  const values = Object.entries(sample).map(([name, value]) => `${name} ${value.toFixed(0)}`);
  console.log(`${String(seconds).padStart(5)} s  ${orders} orders  ${values.join("  ")}`);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0`);
  return value;
}

async function main(): Promise<void> {
  const flags = {
    minutes: { type: "string", default: "10" },
    rate: { type: "string", default: "4" },
    help: { type: "boolean", default: false },
  } as const;
  const { values } = parseArgs({ options: flags });
  if (values.help) return console.log(USAGE);
  const options = {
    minutes: positive("minutes", values.minutes),
    rate: positive("rate", values.rate),
  };
  const { series, orders, revivals, lost, wrong, underWay } = await soak(options, tell);
  const growths = series.map(growthOf);
  console.log(`\n${orders} orders; medians of the third and the last quarter of the time:`);
  for (const { name, unit, before, after, verdict } of growths)
    console.log(
      `${name.padEnd(14)} ${before.toFixed(0).padStart(7)} → ${after.toFixed(0).padStart(7)} ${unit.padEnd(5)} ${verdict}`,
    );
  const faults = [
    ...growths.filter(({ verdict }) => verdict === "GROWS").map(({ name }) => `${name} grows`),
    ...(revivals > 0 ? [`it died ${revivals} times`] : []),
    ...lost,
    ...underWay.map((what) => `did not end: ${what}`),
    ...(wrong.length > 0 ? toLines(wrong) : []),
  ];
  console.log(faults.length === 0 ? "nothing grows, and all invariants hold" : faults.join("\n"));
  if (faults.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
