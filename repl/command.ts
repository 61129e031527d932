import type { ServiceBroker } from "moleculer";
import type { Caller } from "../lib/mesh/types";

/** What commands work with. */
export interface Operator extends Caller {
  readonly broker: ServiceBroker;
  /** Asks one node to leave; resolves when it has heard. */
  drain(node: string): Promise<void>;
}

export interface CommandInput {
  /** What follows the command's name, in order. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | undefined>>;
}

/** A command of the console, beside Moleculer's own. */
export interface Command {
  /** As in its help: `order <id>`. */
  readonly usage: string;
  readonly description: string;
  /** As in its help: `--event <name>` and what it does. */
  readonly options?: Readonly<Record<string, string>>;
  /** What may come next, after the arguments that are there. */
  complete?(operator: Operator, args: readonly string[]): Promise<readonly string[]>;
  /** Resolves with the lines to show; rejects with an error for the operator. */
  run(operator: Operator, input: CommandInput): Promise<readonly string[]>;
}

export const nameOf = ({ usage }: Command): string => usage.split(" ")[0] ?? "";

/** The one argument that a command cannot do without. */
export function theArgument({ args: [first] }: CommandInput, what: string): string {
  if (first === undefined) throw new Error(`which ${what}?`);
  return first;
}
