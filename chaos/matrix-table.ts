import type { Outcome } from "./run-cell";

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
