import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import type { ServiceBroker } from "moleculer";
import { messageOf } from "../lib/errors";
import { commands } from "./commands";
import { openPrompt, runLine } from "./moleculer-repl";
import { operatorOf } from "./operator";

/** For the mesh to be found by one that has just joined it. */
const FIND_MS = 3_000;

/** The commands of `-c` (one or more) or of a pipe, a line each; null for a person at a terminal. */
export async function readScript(args: readonly string[]): Promise<string[] | null> {
  const options = { command: { type: "string", short: "c", multiple: true } } as const;
  const { values } = parseArgs({ args: [...args], options, strict: false });
  const given = values.command?.filter((line) => typeof line === "string");
  if (!given && process.stdin.isTTY) return null;
  const lines = given ?? (await text(process.stdin)).split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

/** Runs one command after the other, up to the first that fails; resolves to an exit code. */
export async function runScript(broker: ServiceBroker, lines: readonly string[]): Promise<number> {
  await findMesh(broker);
  for (const line of lines) {
    try {
      await runLine(operatorOf(broker), commands, line);
    } catch (error) {
      if (isHelp(error)) continue;
      console.error(messageOf(error));
      return 1;
    }
  }
  return 0;
}

/** A prompt, after a word about what is there. */
export async function runPrompt(broker: ServiceBroker): Promise<void> {
  await findMesh(broker);
  const services = broker.registry.getServiceList({ skipInternal: true, onlyAvailable: true });
  const names = [...new Set(services.map(({ name }) => name))].sort();
  const nodes = new Set(services.map(({ nodeID }) => nodeID));
  console.log(
    names.length === 0
      ? "Nobody is there yet."
      : `${nodes.size} ${nodes.size === 1 ? "node" : "nodes"} with ${names.join(", ")}`,
  );
  console.log("help lists all commands, <Tab> completes them");
  openPrompt(operatorOf(broker), commands);
}

async function findMesh(broker: ServiceBroker): Promise<void> {
  // Without it, most commands have nobody to ask, and say so themselves.
  await broker.waitForServices("operations", FIND_MS).catch(() => undefined);
}

/** commander ends `help` as it ends an error. */
const isHelp = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "commander.help" || error.code === "commander.helpDisplayed");
