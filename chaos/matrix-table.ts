import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Outcome } from "./run-cell";

const FILE = join(__dirname, "..", "docs", "reliability.md");
const BEGIN = "<!-- matrix: written by npm run chaos:matrix -- --write -->";
const END = "<!-- /matrix -->";

const MOMENTS = [
  "before_handle",
  "before_commit",
  "after_commit",
  "before_publish",
  "after_publish",
  "after_mark",
  "before_call",
  "after_call",
  "before_ack",
];

/** Writes what came out into its place in docs/reliability.md. */
export async function writeMatrix(outcomes: readonly Outcome[]): Promise<void> {
  const text = await readFile(FILE, "utf8");
  const [head, rest] = text.split(BEGIN);
  const tail = rest?.split(END)[1];
  if (head === undefined || tail === undefined) throw new Error(`${FILE} has no place for it`);
  await writeFile(FILE, `${head}${BEGIN}\n\n${tableOf(outcomes)}\n${END}${tail}`);
}

/** A row for each boundary, with every moment at which the shop was killed there. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const boundaries = [...new Set(outcomes.map(({ cell }) => cell.boundary))];
  const good = outcomes.filter(({ faults }) => faults.length === 0).length;
  const rows = boundaries.map((boundary) => {
    const of = outcomes.filter(({ cell }) => cell.boundary === boundary);
    const moments = MOMENTS.flatMap((moment) => of.filter(({ cell }) => cell.moment === moment));
    const marks = moments.map(({ cell, faults }) => {
      return `${cell.moment.replace("_", " ")} ${faults.length === 0 ? "✓" : "✗"}`;
    });
    return `| ${boundary} | ${of[0]?.cell.story ?? ""} | ${marks.join(" · ")} |`;
  });
  return [
    `${good} of ${outcomes.length} cells hold.`,
    "",
    "| boundary | story | killed, and all invariants held |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}
