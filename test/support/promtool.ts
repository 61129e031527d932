import { execFileSync, spawnSync } from "node:child_process";

/** Whether Prometheus' own checker is here (Debian's package prometheus); it only checks, so CI can do without. */
export function promtoolIsThere(): boolean {
  try {
    execFileSync("promtool", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("skipped: this test needs promtool (Debian's package prometheus)");
    return false;
  }
}

/** What promtool finds wrong; empty when nothing is. */
export function promtool(args: readonly string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync("promtool", args, { input, encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}`;
}
