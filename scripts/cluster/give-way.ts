import { writeFile } from "node:fs/promises";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** A tenth of what a process has that does not give way. */
const NICE = 10;

/** Lets the others go first where processors are short. */
export async function giveWay(pid: number): Promise<void> {
  setPriority(pid, NICE);
  // Linux weighs sessions against each other before it weighs their processes, and our members have one
  // each (sched(7), autogroup). Of users who are not root it takes one change in 100 ms.
  for (;;) {
    try {
      return await writeFile(`/proc/${pid}/autogroup`, String(NICE));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException; // of a file that is written
      if (code === "ENOENT") return; // another system, or it weighs no sessions
      if (code !== "EAGAIN") throw error;
      await sleep(100);
    }
  }
}
