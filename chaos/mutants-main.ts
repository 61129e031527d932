import { parseArgs } from "node:util";
import { mutants } from "./mutants";
import type { Mutant } from "./mutants/mutant";
import { falseAlarms, hunt, type Hunt } from "./mutants/run-mutant";
import { writeResult } from "./results";
import type { Flaw } from "./trial";

const USAGE = `npm run chaos:mutants -- [--only text] [--runs n] [--list] [--write]

Plants bugs into copies of the build, one at a time, and runs the trial that has to find each. Before
a bug is planted, its trial runs without it, and must find nothing.

  --only  only bugs whose name contains this text
  --runs  how often a trial may run until it finds its bug (20)
  --list  say which there are, and end
  --write write the table into docs/reliability.md; of all bugs only`;

/** How a bug came out: caught when its trial found it, and found nothing without it. */
interface Outcome extends Hunt {
  readonly name: string;
  /** What its trial found without the bug. */
  readonly alarm: readonly Flaw[];
}

const isCaught = ({ runs, alarm }: Outcome): boolean => runs !== null && alarm.length === 0;

const foundBy = (flaws: readonly Flaw[]): string =>
  [...new Set(flaws.map(({ by }) => by))].join(", ");

function tell(outcome: Outcome): void {
  const { name, runs, found, alarm } = outcome;
  const isAlarm = alarm.length > 0;
  const verdict = isAlarm ? "ALARM" : runs === null ? "MISSED" : `caught in ${runs}`;
  console.log(`${verdict.padEnd(12)} ${name}`);
  for (const { by, text } of (isAlarm ? alarm : found).slice(0, 3))
    console.log(`             ${by}: ${text.slice(0, 140)}`);
}

async function huntAll(chosen: readonly Mutant[], maxRuns: number): Promise<Outcome[]> {
  const trials = new Map(chosen.map(({ trial }) => [JSON.stringify(trial), trial]));
  const alarms = await falseAlarms([...trials.values()]);
  const outcomes: Outcome[] = [];
  for (const { name, patches, trial } of chosen) {
    const alarm = alarms.get(trials.get(JSON.stringify(trial)) ?? trial) ?? [];
    const outcome = { name, alarm, ...(await hunt(patches, trial, maxRuns)) };
    tell(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

const tableOf = (outcomes: readonly Outcome[]): string =>
  [
    `${outcomes.filter(isCaught).length} of ${outcomes.length} planted bugs are caught.`,
    "",
    "| bug | caught in run | found by |",
    "| --- | --- | --- |",
    ...outcomes.map((one) => {
      const runs = isCaught(one) ? one.runs : "✗";
      return `| ${one.name} | ${runs} | ${foundBy(one.found)} |`;
    }),
    "",
  ].join("\n");

async function main(): Promise<void> {
  const flags = {
    only: { type: "string", default: "" },
    runs: { type: "string", default: "20" },
    list: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  const { values } = parseArgs({ options: flags });
  if (values.help) return console.log(USAGE);
  const chosen = mutants.filter(({ name }) => name.includes(values.only));
  if (values.list) return console.log(chosen.map(({ name }) => name).join("\n"));
  const outcomes = await huntAll(chosen, Number(values.runs));
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
