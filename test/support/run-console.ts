import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const root = join(__dirname, "../..");

export interface ConsoleRun {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** `npm run repl`'s script, with arguments or with lines for its standard input. */
export async function runConsole(
  env: Readonly<Record<string, string>>,
  { args = [], input = "" }: { readonly args?: readonly string[]; readonly input?: string },
): Promise<ConsoleRun> {
  const script = ["-r", "ts-node/register/transpile-only", join(root, "scripts/repl.mjs")];
  const child = spawn(process.execPath, [...script, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, METRICS_PORT: "off", PORT: "0", ...env },
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.stdin.end(input);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, output, errors };
}

/** The same, with `-c` for each command. */
export const runCommands = (
  env: Readonly<Record<string, string>>,
  ...commands: string[]
): Promise<ConsoleRun> => runConsole(env, { args: commands.flatMap((line) => ["-c", line]) });
