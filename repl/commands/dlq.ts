import type { ActionParams } from "../../lib/mesh/types";
import { textTable } from "../../lib/text-table";
import type { Command, CommandInput, Operator } from "../command";

const PAGE = 20;
const VERBS = ["list", "show", "replay", "park", "delete", "audit"] as const;

export const dlq: Command = {
  usage: "dlq <list|show|replay|park|delete|audit> [id]",
  description: "Dead letters: events whose handler gave up",
  options: {
    "--consumer <service>": "list, replay: those of one consumer",
    "--event <name>": "list, replay: those of one event",
    "--reason <text>": "list, replay: those whose error has this text",
    "--older <seconds>": "list, replay: those that wait for longer",
    "--parked": "list: those put aside too",
    "--dry": "replay: only count",
    "--note <text>": "park, delete: why",
    "--limit <n>": `list, replay: at most so many (${PAGE})`,
  },
  async complete(operator, args) {
    if (args.length === 0) return VERBS;
    if (args.length > 1 || args[0] === "list" || args[0] === "audit") return [];
    const { items } = await operator.call("operations.deadLetters", { limit: PAGE });
    return items.map(({ id }) => id);
  },
  async run(operator, input) {
    const [verb, id] = input.args;
    switch (VERBS.find((known) => known === verb)) {
      case "list":
        return list(operator, input);
      case "show":
        if (id === undefined) throw new Error("show which dead letter?");
        return show(operator, id);
      case "replay":
        return replay(operator, id, input);
      case "park":
        await operator.call("operations.parkDeadLetter", deedOf(id, input));
        return ["put aside"];
      case "delete":
        await operator.call("operations.deleteDeadLetter", deedOf(id, input));
        return ["gone; its event is not handled any more"];
      case "audit":
        return audit(operator);
      case undefined:
        throw new Error(`say dlq ${VERBS.join(", dlq ")}`);
    }
  },
};

type Filter = Omit<ActionParams<"operations.deadLetters">, "cursor" | "withParked"> & {
  readonly limit: number;
};

function filterOf({ options }: CommandInput): Filter {
  const { consumer, event, reason, older, limit = String(PAGE) } = options;
  if (!/^[1-9]\d*$/.test(limit)) throw new Error("--limit must be a whole number from 1");
  if (older && !/^\d+$/.test(older)) throw new Error("--older must be a number of seconds");
  return {
    ...(consumer ? { consumer } : {}),
    ...(event ? { event } : {}),
    ...(reason ? { reason } : {}),
    ...(older ? { olderThanSeconds: Number(older) } : {}),
    limit: Number(limit),
  };
}

function deedOf(id: string | undefined, { options: { note } }: CommandInput) {
  if (id === undefined) throw new Error("which dead letter?");
  if (!note) throw new Error("say why: --note <text>");
  return { id, note };
}

async function list(operator: Operator, input: CommandInput): Promise<string[]> {
  const { items, nextCursor, degraded } = await operator.call("operations.deadLetters", {
    ...filterOf(input),
    ...("parked" in input.options ? { withParked: true } : {}),
  });
  const missing = degraded.length > 0 ? [`no answer from ${degraded.join(", ")}`] : [];
  if (items.length === 0) return ["no dead letters", ...missing];
  const rows = items.map((letter) => [
    letter.id,
    letter.consumer,
    letter.event,
    letter.aggregateId,
    String(letter.attempts),
    letter.createdAt,
    letter.error.split("\n")[0] ?? "",
  ]);
  return [
    ...textTable(["id", "consumer", "event", "of", ">tries", "since", "error"], rows),
    ...(nextCursor ? ["there are more: --limit shows them"] : []),
    ...missing,
  ];
}

async function show(operator: Operator, id: string): Promise<string[]> {
  const letter = await operator.call("operations.deadLetter", { id });
  return JSON.stringify(letter, null, 2).split("\n");
}

async function replay(operator: Operator, id: string | undefined, input: CommandInput) {
  // Nothing that would be counted, and not done, may be done because of an id.
  if (id !== undefined && Object.keys(input.options).length > 0) {
    throw new Error("replay one by its id, or count and choose by options: not both");
  }
  const { replayed } =
    id === undefined
      ? await operator.call("operations.replayDeadLetters", someOf(input))
      : await operator.call("operations.replayDeadLetter", { id });
  if ("dry" in input.options) return [`${replayed} would be replayed`];
  return [`${replayed} given to ${replayed === 1 ? "its handler" : "their handlers"} again`];
}

/** Everything at once is nothing to say by forgetting an id. */
function someOf(input: CommandInput): Filter & { readonly dryRun?: true } {
  const { dry: _, ...which } = input.options;
  if (Object.keys(which).length === 0) {
    throw new Error("replay which? Give an id, --consumer, --event, --reason, --older or --limit");
  }
  return { ...filterOf(input), ...("dry" in input.options ? { dryRun: true } : {}) };
}

async function audit(operator: Operator): Promise<string[]> {
  const { items } = await operator.call("operations.deadLetterAudit", { limit: 100 });
  if (items.length === 0) return ["nobody has put a dead letter aside or away"];
  const rows = items.map((deed) => [
    deed.at,
    deed.deed,
    deed.consumer,
    deed.event,
    deed.by,
    deed.note,
  ]);
  return textTable(["at", "deed", "consumer", "event", "by", "why"], rows);
}
