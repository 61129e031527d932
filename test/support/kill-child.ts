import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const argsOf = (script: string, args: readonly string[]): string[] => [
  "-r",
  "ts-node/register/transpile-only",
  join(__dirname, "../store/children", script),
  ...args,
];

/**
 * Runs a TypeScript file of test/store/children with arguments, kills it with SIGKILL as soon as it
 * has printed `lines` lines, and returns all complete lines that it printed.
 */
export async function killAfter(lines: number, script: string, ...args: string[]) {
  const child = spawn(process.execPath, argsOf(script, args), {
    stdio: ["ignore", "pipe", "pipe"],
  });
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

/** Runs such a file to its end where no file can be longer than `kibibytes`, and returns its output. */
export async function runOnFullDisk(kibibytes: number, script: string, ...args: string[]) {
  const limited = `ulimit -f ${kibibytes}; exec "$0" "$@"`;
  const command = ["-c", limited, process.execPath, ...argsOf(script, args)];
  const { stdout } = await promisify(execFile)("bash", command);
  return stdout;
}
