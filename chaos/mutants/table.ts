import type { Flaw } from "../trial";
import type { Hunt } from "./mutant";

/** How a bug came out. */
export interface Outcome extends Hunt {
  readonly name: string;
  /** What its trial found without the bug. */
  readonly alarm: readonly Flaw[];
}

/** Its trial found it, and found nothing without it. */
export const isCaught = ({ runs, alarm }: Outcome): boolean => runs !== null && alarm.length === 0;

const foundBy = (flaws: readonly Flaw[]): string =>
  [...new Set(flaws.map(({ by }) => by))].join(", ");

/** A row for each bug, with all that told of it. */
export const tableOf = (outcomes: readonly Outcome[]): string =>
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
