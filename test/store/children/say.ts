import { writeSync } from "node:fs";

/**
 * Prints a line that has left this process when this returns, as `console.log` does not promise: what
 * is acknowledged must be known before the process dies.
 */
export function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      // The pipe is full for now.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}
