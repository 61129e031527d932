import { setTimeout as sleep } from "node:timers/promises";
import { durableServices, type DurableService } from "../../contracts";
import type { DeadLetter } from "../../contracts/durable";
import { fail } from "../../contracts/errors";
import { idCursor } from "../../contracts/cursor";
import type { ActionParams, ActionResult, Caller } from "../../lib/mesh/types";
import { toPage } from "../../lib/store/cursor";
import { NO_ID } from "../../lib/store/id-range";
import { ASK, askServices, type Answers } from "./ask-services";

const PAGE = 100;

/** The services that a `consumer` filter means: all, one, or none that exists. */
const consumersOf = (consumer?: string): readonly DurableService[] =>
  durableServices.filter((service) => consumer === undefined || service === consumer);

/** Letters in a second: their handlers have other work too. */
const RATE = 50;

/** One page over all consumers, newest first. */
export async function listDeadLetters(
  caller: Caller,
  { consumer, cursor, limit = 20, ...filter }: ActionParams<"operations.deadLetters">,
): Promise<ActionResult<"operations.deadLetters">> {
  const params = { ...filter, ...beforeOf(cursor), limit: limit + 1 };
  const { answers, silent } = await askServices(
    (service) => caller.call(`${service}.deadLetters`, params, ASK),
    consumersOf(consumer),
  );
  const letters = answers.flatMap(({ answer }) => answer);
  letters.sort((a, b) => (a.id < b.id ? 1 : -1));
  const page = toPage(letters.slice(0, limit + 1), limit, (letter) => [letter.id]);
  return { items: page.rows, nextCursor: page.nextCursor, degraded: silent };
}

function beforeOf(cursor?: string): { before?: string } {
  const [before] = idCursor(cursor) ?? [];
  return before ? { before } : {};
}

/** One dead letter, replayed ones too. */
export async function findDeadLetter(caller: Caller, id: string): Promise<DeadLetter> {
  const asked = await askServices((service) =>
    caller.call(`${service}.deadLetters`, { id, limit: 1 }, ASK),
  );
  const letter = asked.answers.flatMap(({ answer }) => answer)[0];
  return letter ?? refuse(asked);
}

type Deed = ActionParams<`${DurableService}.deleteDeadLetter`>;

export async function deleteDeadLetter(caller: Caller, deed: Deed): Promise<null> {
  const asked = await askServices((service) =>
    caller.call(`${service}.deleteDeadLetter`, deed, ASK),
  );
  return asked.answers.some(({ answer }) => answer) ? null : refuse(asked);
}

export async function parkDeadLetter(caller: Caller, deed: Deed): Promise<null> {
  const asked = await askServices((service) => caller.call(`${service}.parkDeadLetter`, deed, ASK));
  return asked.answers.some(({ answer }) => answer) ? null : refuse(asked);
}

export async function listAudit(
  caller: Caller,
  { cursor, limit = 20 }: ActionParams<"operations.deadLetterAudit">,
): Promise<ActionResult<"operations.deadLetterAudit">> {
  const params = { ...beforeOf(cursor), limit: limit + 1 };
  const { answers, silent } = await askServices((service) =>
    caller.call(`${service}.deadLetterAudit`, params, ASK),
  );
  const deeds = answers.flatMap(({ answer }) => answer).sort((a, b) => (a.id < b.id ? 1 : -1));
  const page = toPage(deeds, limit, ({ id }) => [id]);
  return { items: page.rows, nextCursor: page.nextCursor, degraded: silent };
}

export async function replayDeadLetter(caller: Caller, id: string): Promise<{ replayed: number }> {
  const asked = await askServices((service) =>
    caller.call(`${service}.replayDeadLetter`, { id }, ASK),
  );
  return asked.answers.some(({ answer }) => answer) ? { replayed: 1 } : refuse(asked);
}

/** It does not exist only if everybody has said so. */
function refuse({ silent }: Answers<unknown>): never {
  if (silent.length === 0) throw fail("NOT_FOUND", "no such dead letter");
  throw fail("SERVICE_UNAVAILABLE", "not every consumer answers", { retryAfter: 5 });
}

/** Oldest first, one after the other: events of one aggregate reach their handler in their order. */
export async function replayDeadLetters(
  caller: Caller,
  {
    consumer,
    limit = PAGE,
    dryRun = false,
    ...filter
  }: ActionParams<"operations.replayDeadLetters">,
): Promise<{ replayed: number }> {
  const { answers } = await askServices(
    (service) => oldestOf(caller, service, { ...filter, limit }),
    consumersOf(consumer),
  );
  const letters = answers.flatMap(({ service, answer }) =>
    answer.map((letter) => ({ service, id: letter.id })),
  );
  letters.sort((a, b) => (a.id < b.id ? -1 : 1));
  const chosen = letters.slice(0, limit);
  if (dryRun) return { replayed: chosen.length };
  let replayed = 0;
  for (const { service, id } of chosen) {
    if (replayed > 0) await sleep(1000 / RATE);
    if (await caller.call(`${service}.replayDeadLetter`, { id })) replayed++;
  }
  return { replayed };
}

async function oldestOf(
  caller: Caller,
  service: DurableService,
  { limit, ...filter }: Omit<ActionParams<`${DurableService}.deadLetters`>, "before" | "after">,
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (;;) {
    const after = letters.at(-1)?.id ?? NO_ID;
    const size = Math.min(PAGE, limit - letters.length);
    const page = await caller.call(
      `${service}.deadLetters`,
      { ...filter, after, limit: size },
      ASK,
    );
    letters.push(...page);
    if (page.length < size || letters.length === limit) return letters;
  }
}
