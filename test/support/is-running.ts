import { execFileSync } from "node:child_process";

/** Whether a process lives; a zombie that init has not reaped yet runs no more. */
export function isRunning(pid: number): boolean {
  try {
    const state = execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
    return !state.trim().startsWith("Z");
  } catch {
    return false; // ps knows no such process
  }
}
