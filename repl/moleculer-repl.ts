import { createRequire } from "node:module";
import type { REPLServer } from "node:repl";
import type { ServiceBroker } from "moleculer";
import { messageOf } from "../lib/errors";
import { nameOf, type Command, type CommandInput, type Operator } from "./command";

/** As much of commander's command as the console needs; moleculer-repl brings its own copy. */
export interface Program {
  readonly args: string[];
  command(usage: string): Program;
  description(text: string): Program;
  option(flags: string, text: string): Program;
  action(run: (this: Program) => Promise<void>): Program;
  opts(): Record<string, string | undefined>;
  exitOverride(): Program;
  showSuggestionAfterError(on: boolean): Program;
  parseAsync(argv: readonly string[]): Promise<unknown>;
}

// What moleculer-repl is made of, from where it has it itself; it exports no more than its prompt.
const load = createRequire(require.resolve("moleculer-repl"));

/** A line, as a shell would split it, for `parseAsync`. */
const splitLine = (line: string): string[] =>
  (load("string-argv") as { parseArgsStringToArgv: (...parts: string[]) => string[] })
    // As the two words that every argv begins with.
    .parseArgsStringToArgv(line, "node", "souk");

/** Runs one of Moleculer's commands or of ours, without a prompt. What goes wrong rejects. */
export async function runLine(
  operator: Operator,
  commands: readonly Command[],
  line: string,
): Promise<void> {
  const failures: unknown[] = [];
  const { broker } = operator;
  // Moleculer's `call` shows what went wrong, and ends like one that went well.
  const noting = Object.create(broker, {
    call: {
      value: async (...call: Parameters<ServiceBroker["call"]>): Promise<unknown> => {
        try {
          return await broker.call(...call);
        } catch (error) {
          failures.push(error);
          throw error;
        }
      },
    },
  }) as ServiceBroker;
  await programOf(operator, commands, noting).parseAsync(splitLine(line));
  if (failures.length > 0) throw failures[0];
}

/** `broker` is what Moleculer's own commands work with. */
function programOf(
  operator: Operator,
  commands: readonly Command[],
  broker: ServiceBroker,
): Program {
  const { Command: Commander } = load("commander") as { Command: new () => Program };
  const program = new Commander().exitOverride().showSuggestionAfterError(true);
  (load("./src/commands") as (program: Program, broker: ServiceBroker) => void)(program, broker);
  for (const command of commands) {
    const defined = program.command(command.usage).description(command.description);
    for (const [flags, text] of Object.entries(command.options ?? {})) defined.option(flags, text);
    defined.exitOverride().action(async function () {
      const input = { args: this.args, options: this.opts() };
      console.log((await command.run(operator, input)).join("\n"));
    });
  }
  return program;
}

/** Moleculer's prompt with our commands; it ends the process when it is left. */
export function openPrompt(operator: Operator, commands: readonly Command[]): void {
  const { broker } = operator;
  const customCommands = commands.map((command) => ({
    command: command.usage,
    description: command.description,
    options: Object.entries(command.options ?? {}).map(([option, description]) => ({
      option,
      description,
    })),
    // The default would turn `--limit 5` into a number and lose the order of the arguments.
    parse(given: Program & { params?: CommandInput }) {
      given.params = { args: [...given.args], options: { ...given.opts() } };
    },
    async action(_broker: ServiceBroker, input: unknown) {
      try {
        // What `parse` has put there.
        console.log((await command.run(operator, input as CommandInput)).join("\n"));
      } catch (error) {
        console.error(messageOf(error));
      }
    },
  }));
  broker.options.replOptions = { delimiter: "souk $", customCommands };
  // Moleculer does not say what its `repl` returns.
  const server = broker.repl() as unknown as REPLServer & { completer: Completer };
  server.completer = completerOf(operator, commands, server.completer);
}

type Completer = (
  line: string,
  answer: (error: Error | null, found?: [string[], string]) => void,
) => void;

/** Completes our commands; the others as before. */
export function completerOf(
  operator: Operator,
  commands: readonly Command[],
  others: Completer,
): Completer {
  return (line, answer) => {
    const [name = "", ...rest] = line.split(/\s+/);
    const command = rest.length > 0 ? commands.find((one) => nameOf(one) === name) : undefined;
    if (!command) return others(line, answer);
    const begun = rest.at(-1) ?? "";
    const offered = command.complete?.(operator, rest.slice(0, -1)) ?? Promise.resolve([]);
    offered.then(
      (words) => answer(null, [words.filter((word) => word.startsWith(begun)), begun]),
      () => answer(null, [[], begun]), // a shop that does not answer has nothing to complete
    );
  };
}
