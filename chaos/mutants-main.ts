import { parseArgs } from "node:util";
import { mutants } from "./mutants";
import { huntAll } from "./mutants/run-mutant";
import { isCaught, tableOf, type Outcome } from "./mutants/table";
import { writeResult } from "./results";

const USAGE = `npm run chaos:mutants -- [--only text] [--runs n] [--slow n] [--list] [--write]

Plants bugs into copies of the build, one at a time, and runs the trial that has to find each. Before
a bug is planted, its trial runs without it, and must find nothing.

  --only  only bugs whose name contains this text
  --runs  how often a trial may run until it finds its bug (20)
  --slow  how many times slower than a quiet one this machine is (1): waits are so much longer
  --list  say which there are, and end
  --write write the table into docs/reliability.md; of all bugs only`;

function tell(outcome: Outcome): void {
  const { name, runs, found, alarm } = outcome;
  const isAlarm = alarm.length > 0;
  const verdict = isAlarm ? "ALARM" : runs === null ? "MISSED" : `caught in ${runs}`;
  console.log(`${verdict.padEnd(12)} ${name}`);
  for (const { by, text } of (isAlarm ? alarm : found).slice(0, 3))
    console.log(`             ${by}: ${text.slice(0, 140)}`);
}

async function main(): Promise<void> {
  const flags = {
    only: { type: "string", default: "" },
    runs: { type: "string", default: "20" },
    slow: { type: "string", default: "1" },
    list: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  const { values } = parseArgs({ options: flags });
  if (values.help) return console.log(USAGE);
  const chosen = mutants.filter(({ name }) => name.includes(values.only));
  if (values.list) return console.log(chosen.map(({ name }) => name).join("\n"));
  const options = { maxRuns: Number(values.runs), slow: Number(values.slow) };
  const outcomes = await huntAll(chosen, options, tell);
  const missed = outcomes.filter((outcome) => !isCaught(outcome)).map(({ name }) => name);
  console.log(`${chosen.length - missed.length} of ${chosen.length} planted bugs are caught`);
  if (values.write && chosen.length === mutants.length)
    await writeResult("mutants", tableOf(outcomes));
  if (missed.length > 0) {
    console.log(`missed: ${missed.join("; ")}`);
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
