import { parseArgs } from "node:util";
import { mutants } from "./mutants";
import { falseAlarms, hunt } from "./mutants/run-mutant";

const USAGE = `npm run chaos:mutants -- [--only text] [--runs n] [--list]

Plants bugs into copies of the build, one at a time, and runs the trial that has to find each. Before
a bug is planted, its trial runs without it, and must find nothing.

  --only  only bugs whose name contains this text
  --runs  how often a trial may run until it finds its bug (20)
  --list  say which there are, and end`;

async function main(): Promise<void> {
  const flags = {
    only: { type: "string", default: "" },
    runs: { type: "string", default: "20" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  const { values } = parseArgs({ options: flags });
  if (values.help) return console.log(USAGE);
  const chosen = mutants.filter(({ name }) => name.includes(values.only));
  if (values.list) return console.log(chosen.map(({ name }) => name).join("\n"));
  const missed: string[] = [];
  const trials = new Map(chosen.map(({ trial }) => [JSON.stringify(trial), trial]));
  const alarms = await falseAlarms([...trials.values()]);
  for (const { name, patches, trial } of chosen) {
    const control = alarms.get(trials.get(JSON.stringify(trial)) ?? trial) ?? [];
    const { runs, found } = await hunt(patches, trial, Number(values.runs));
    const falseAlarm = control.length > 0;
    if (runs === null || falseAlarm) missed.push(name);
    const verdict = falseAlarm ? "ALARM" : runs === null ? "MISSED" : `caught in ${runs}`;
    console.log(`${verdict.padEnd(12)} ${name}`);
    for (const line of (falseAlarm ? control : found).slice(0, 3))
      console.log(`             ${line.slice(0, 160)}`);
  }
  console.log(`${chosen.length - missed.length} of ${chosen.length} planted bugs are caught`);
  if (missed.length > 0) {
    console.log(`missed: ${missed.join("; ")}`);
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
