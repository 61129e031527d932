import type { Finding } from "./check";

export const violated = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ violations }) => violations > 0);

/** The findings as lines for a person: one a claim, and below it the rows that violate it. */
export function toLines(findings: readonly Finding[]): string[] {
  const lines = findings.flatMap((finding) => [
    `${markOf(finding)}  ${textOf(finding)}`,
    ...rowsOf(finding),
  ]);
  const bad = violated(findings).length;
  const left = findings.filter(({ unchecked }) => unchecked !== undefined).length;
  const good = findings.length - bad - left;
  return [...lines, "", `${good} claims hold, ${bad} are violated, ${left} are not checked`];
}

function markOf({ violations, unchecked }: Finding): string {
  if (unchecked !== undefined) return "  –  ";
  return violations > 0 ? "WRONG" : " ok  ";
}

function textOf({ id, when, title, violations, unchecked }: Finding): string {
  const text = `${id} ${when}  ${title}`;
  if (unchecked !== undefined) return `${text} – not checked: ${unchecked}`;
  return violations > 0 ? `${text}: ${violations}` : text;
}

const rowsOf = ({ violations, rows }: Finding): string[] => [
  ...rows.map((row) => `         ${JSON.stringify(row)}`),
  ...(violations > rows.length ? [`         … and ${violations - rows.length} more`] : []),
];
