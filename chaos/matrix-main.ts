import { parseArgs } from "node:util";
import { cells } from "./cells";
import { runMatrix, sample } from "./matrix";
import { tableOf } from "./matrix-table";
import { writeResult } from "./results";
import type { Outcome } from "./run-cell";

const USAGE = `npm run chaos:matrix -- [--every n] [--only text] [--write]

Kills a shop at every boundary of an order's way, starts it again and judges what is left.

  --every  only each nth cell
  --only   only cells whose fault point contains this text
  --write  write the table into docs/reliability.md; of the whole matrix only`;

function tell({ cell, ms, faults }: Outcome, n: number): void {
  const mark = faults.length === 0 ? " ok  " : "WRONG";
  console.log(
    `${String(n).padStart(3)}  ${mark} ${String(ms).padStart(6)} ms  ${cell.point}  (${cell.story})`,
  );
  for (const fault of faults) console.log(`       ${fault}`);
}

async function main(): Promise<void> {
  const flags = {
    every: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  const { values } = parseArgs({ options: flags });
  if (values.help) return console.log(USAGE);
  const chosen = sample(Number(values.every)).filter(({ point }) => point.includes(values.only));
  const outcomes = await runMatrix(chosen, tell);
  const wrong = outcomes.filter(({ faults }) => faults.length > 0).length;
  console.log(`${outcomes.length - wrong} of ${outcomes.length} cells hold`);
  if (values.write && outcomes.length === cells.length) {
    await writeResult("matrix", tableOf(outcomes));
  }
  if (wrong > 0 || outcomes.length === 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
