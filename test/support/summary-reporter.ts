import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

/** The files with a failure, one a line, for whoever runs them again. */
const FAILED = "node_modules/.cache/souk/failed-tests";

/** Ends a run with one plain line, for programs that count. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state]++;
    }
    const failed = modules.filter((module) => !module.ok()).map(({ relativeModuleId: id }) => id);
    mkdirSync(dirname(FAILED), { recursive: true });
    writeFileSync(FAILED, failed.map((id) => `${id}\n`).join(""));
    console.log(
      `\n${count.passed} passed, ${count.failed} failed, ${count.skipped + count.pending} skipped`,
    );
  }
}
