import { describe, expect, it } from "vitest";
import {
  KEPT_ERRORS,
  ProgressLog,
  type Progress,
} from "../../services/reports/domain/progress-log";

const saved = (progress: Partial<Progress> = {}): Progress => ({
  ...{ done: 0, total: 100, position: 0, counts: { created: 0 }, errorCount: 0 },
  ...progress,
});

const error = (row: number) => ({ row, message: `row ${row} is bad` });

describe("the progress of a job", () => {
  it("counts what is done, and goes on from what was saved", () => {
    const log = new ProgressLog(saved({ done: 4, position: 5, counts: { created: 2 } }));
    log.advance(8, { created: 1, unchanged: 1 });
    expect(log.progress).toEqual(
      saved({ done: 7, position: 8, counts: { created: 3, unchanged: 1 } }),
    );
  });

  it("does not save an error before everything up to its row is done", () => {
    const log = new ProgressLog(saved());
    log.advance(2);
    log.report(error(4));
    expect(log.saving.errors).toEqual([]);
    expect(log.saving.progress).toMatchObject({ position: 2, errorCount: 0 });
    log.advance(5);
    expect(log.saving.errors).toEqual([{ n: 1, ...error(4) }]);
    expect(log.saving.progress).toMatchObject({ position: 5, errorCount: 1 });
  });

  it("counts a bad row behind a product as done with it: it is not reported a second time", () => {
    const log = new ProgressLog(saved());
    log.report(error(4));
    log.advance(3);
    expect(log.progress.position).toBe(4);
  });

  it("saves an error once", () => {
    const log = new ProgressLog(saved());
    log.report(error(2));
    log.advance(3);
    log.markSaved();
    log.report(error(4));
    log.advance(5);
    expect(log.saving.errors).toEqual([{ n: 2, ...error(4) }]);
  });

  it("keeps the first errors, and counts the others", () => {
    const log = new ProgressLog(saved({ errorCount: KEPT_ERRORS - 1, total: 5000 }));
    for (let row = 2; row < 1000; row++) log.report(error(row));
    log.advance(1000);
    expect(log.saving.errors).toEqual([{ n: KEPT_ERRORS, ...error(2) }]);
    expect(log.progress.errorCount).toBe(KEPT_ERRORS - 1 + 998);
  });

  it("shows rows that were looked at, never more than there are nor less than before", () => {
    const log = new ProgressLog(saved({ done: 50, total: 60 }));
    log.report(error(10));
    expect(log.progress.done).toBe(50);
    log.report(error(56));
    expect(log.progress.done).toBe(55);
    log.report(error(90));
    expect(log.progress.done).toBe(60);
  });

  it("ends with all rows done, and with the errors behind the last product", () => {
    const log = new ProgressLog(saved({ total: 9 }));
    log.advance(4);
    log.report(error(7));
    log.finish();
    expect(log.saving.progress).toMatchObject({ done: 9, total: 9, position: 7, errorCount: 1 });
    expect(log.saving.errors).toEqual([{ n: 1, ...error(7) }]);
  });
});
