import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * Runs a TypeScript file of test/store/children with arguments, kills it with SIGKILL as soon as it
 * has printed `lines` lines, and returns all complete lines that it printed.
 */
export async function killAfter(lines: number, script: string, ...args: string[]) {
  const child = spawn(
    process.execPath,
    [
      "-r",
      "ts-node/register/transpile-only",
      join(__dirname, "../store/children", script),
      ...args,
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const printed: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    printed.push(line);
    if (printed.length === lines) child.kill("SIGKILL");
  }
  if (printed.length < lines) throw new Error(`${script} ended by itself: ${errors}`);
  return printed;
}
