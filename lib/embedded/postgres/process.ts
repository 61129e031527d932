import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

/** True for every process of that id, also of another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Empty for a process that is gone and for a zombie, which is as good as gone. */
export async function commandLineOf(pid: number): Promise<string> {
  if (!isAlive(pid)) return "";
  try {
    if (process.platform === "linux") {
      return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
    }
    return (await promisify(execFile)("ps", ["-ww", "-o", "command=", "-p", `${pid}`])).stdout;
  } catch (error) {
    if (!isAlive(pid)) return "";
    throw error;
  }
}

/** @returns whether the condition became true in time. */
export async function waitUntil(
  condition: () => Promise<boolean>,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await delay(20);
  }
  return true;
}
