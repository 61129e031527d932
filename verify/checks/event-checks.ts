import type { Claim, Limits } from "../check";
import { messagingDatabases } from "../check";
import { consumersOf, sourceOf, type EventFacts } from "../facts/event-facts";

/** A claim about one event, judged by where it was published and handled. */
export interface EventCheck extends Claim {
  readonly violatedBy: (facts: EventFacts, limits: Limits) => object | undefined;
  /** Only where there is a stream to look at. */
  readonly needsStream?: true;
}

const TOLD_OF = new Set([
  "order.created",
  "order.confirmed",
  "order.cancelled",
  "payment.refunded",
  "shipment.dispatched",
  "shipment.delivered",
]);

const hasOutbox = (source: string | undefined): boolean =>
  (messagingDatabases as readonly string[]).includes(source ?? "");

/** Consumers that an event did not reach exactly once, or where it has not come to its end. */
function unhandledBy({ published, handled }: EventFacts): string[] {
  const [event] = published;
  if (!event?.kept) return [];
  return consumersOf(event.name).filter((consumer) => {
    const rows = handled.filter((row) => row.consumer === consumer);
    return rows.length !== 1 || rows[0]?.status === "parked";
  });
}

/** Handled, and nobody has published it. What was injected on purpose became a dead letter. */
function phantomsOf({ published, handled }: EventFacts, { allowDead }: Limits) {
  if (published.length > 0) return [];
  return handled.filter(
    ({ name, status, kept }) =>
      kept && !(allowDead && status === "dead") && hasOutbox(sourceOf[name]),
  );
}

export const eventChecks: readonly EventCheck[] = [
  {
    id: "E1",
    when: "Q",
    title: "every event is published",
    violatedBy: ({ published }) => published.find((event) => !event.published),
  },
  {
    id: "E1",
    when: "Q",
    title: "every published event is in the stream",
    needsStream: true,
    violatedBy: ({ published, streamed }) =>
      published.find((event) => event.published && event.kept && streamed.length === 0),
  },
  {
    id: "E2",
    when: "Q",
    title: "no event was handled that nobody published",
    violatedBy: (facts, limits) => {
      const phantoms = phantomsOf(facts, limits);
      return phantoms.length > 0 ? { eventId: facts.eventId, phantoms } : undefined;
    },
  },
  {
    id: "E2",
    when: "Q",
    title: "no event is in the stream that nobody published",
    needsStream: true,
    violatedBy: ({ eventId, published, streamed }) => {
      const phantoms = streamed.filter(({ subject }) =>
        hasOutbox(sourceOf[subject.split(".evt.")[1] ?? ""]),
      );
      return published.length === 0 && phantoms.length > 0 ? { eventId, phantoms } : undefined;
    },
  },
  {
    id: "E3",
    when: "Q",
    title: "each consumer of an event has handled it, or made a dead letter of it, exactly once",
    violatedBy: (facts) => {
      const consumers = unhandledBy(facts);
      const { eventId, published, handled } = facts;
      const { name, aggregateId } = published[0] ?? {};
      return consumers.length > 0
        ? { eventId, name, aggregateId, notOnceBy: consumers, handled }
        : undefined;
    },
  },
  {
    id: "E3",
    when: "Q",
    title: "what ended as dead has its one dead letter, or was deleted by somebody",
    violatedBy: ({ handled }) =>
      handled.find(
        ({ status, letters, deleted }) => status === "dead" && letters !== 1 && !deleted,
      ),
  },
  {
    id: "E3",
    when: "Q",
    title: "nothing is dead, unless poison was injected",
    violatedBy: ({ handled }, { allowDead }) =>
      allowDead ? undefined : handled.find(({ status, deleted }) => status === "dead" && !deleted),
  },
  {
    id: "N1",
    when: "Q",
    title: "people are told of each event that concerns them, by mail, once",
    violatedBy: ({ eventId, published, told }) => {
      const [event] = published;
      if (!event?.kept || !TOLD_OF.has(event.name)) return undefined;
      const mails = told.filter(({ channel }) => channel === "email").length;
      return mails === 1
        ? undefined
        : { eventId, name: event.name, aggregateId: event.aggregateId, mails };
    },
  },
];
