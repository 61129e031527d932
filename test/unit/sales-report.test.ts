import { describe, expect, it } from "vitest";
import { csvCell } from "../../services/reports/domain/defuse";
import { salesPeriod } from "../../services/reports/domain/sales-period";

describe("a cell of a CSV file", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+49", "'+49"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["  =1+1", "'  =1+1"],
    ["\t=1", "'\t=1"],
    ["＝1+1", "'＝1+1"],
    ["＠SUM(A1)", "'＠SUM(A1)"],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
    ["a-b", "a-b"],
    ['5" pipe, long', '"5"" pipe, long"'],
    ["a\nb", '"a\nb"'],
    ["", ""],
  ])("%j is written as %j", (text, cell) => expect(csvCell(text)).toBe(cell));
});

describe("the period of a report", () => {
  const iso = (from: string, to: string) => {
    const period = salesPeriod(from, to);
    if ("fault" in period) return period.fault;
    return [period.from.toISOString(), period.until.toISOString()];
  };

  it("takes dates as whole days, the last one included", () => {
    const [from, until] = ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"];
    expect(iso("2026-01-01", "2026-01-31")).toEqual([from, until]);
    expect(iso("2026-01-01", "2026-01-01")).toEqual([from, "2026-01-02T00:00:00.000Z"]);
  });

  it("takes moments as they are, the last one not included", () => {
    const [from, until] = ["2026-01-01T10:00:00.000Z", "2026-01-01T11:00:00.000Z"];
    expect(iso("2026-01-01T10:00:00Z", until)).toEqual([from, until]);
    expect(iso(until, until)).toBe("to");
  });

  it.each([
    ["2026-02-30", "2026-03-01", "from"],
    ["2026-01-01", "2026-13-01", "to"],
    ["2026-01-01", "2026-01-01T25:00:00Z", "to"],
    ["2026-01-02", "2026-01-01", "to"],
    ["2000-01-01", "2026-01-01", "to"],
  ])("from %s to %s is wrong in its %s", (from, to, fault) => expect(iso(from, to)).toBe(fault));
});
