import { contracts, serviceNames } from "../../contracts";
import { messagingDatabases, type DatabaseName, type Limits } from "../check";
import { mergeByKey, type Keyed } from "../merge";
import type { Snapshot } from "../snapshot";

/** The service that publishes each durable event. */
export const sourceOf: Readonly<Record<string, string>> = Object.fromEntries(
  serviceNames.flatMap((name) =>
    Object.keys(contracts[name].events).map((event) => [event, name] as const),
  ),
);

const isConsumer = (service: (typeof messagingDatabases)[number], event: string): boolean =>
  (contracts[service].consumes as readonly string[]).includes(event);

/** The services that keep a record of each event of this name that they handled. */
export const consumersOf = (event: string): DatabaseName[] =>
  messagingDatabases.filter((service) => isConsumer(service, event));

export interface OutboxFact extends Keyed {
  readonly name: string;
  readonly source: DatabaseName;
  readonly aggregateId: string;
  readonly seq: number;
  readonly published: boolean;
  /** Young enough that no retention may have taken what belongs to it. */
  readonly kept: boolean;
}

export interface InboxFact extends Keyed {
  readonly name: string;
  readonly consumer: DatabaseName;
  readonly aggregateId: string;
  readonly status: "done" | "parked" | "dead";
  /** Dead letters, and those that a person deleted and gave a reason for. */
  readonly letters: number;
  readonly deleted: boolean;
  readonly lastError: string | null;
  readonly kept: boolean;
}

export interface ToldFact extends Keyed {
  readonly channel: string;
}

export interface StreamFact extends Keyed {
  readonly subject: string;
}

/** Where one event stands: with who published it, who handled it, and on the broker. */
export interface EventFacts {
  readonly eventId: string;
  readonly published: readonly OutboxFact[];
  readonly handled: readonly InboxFact[];
  /** Notifications on its behalf. */
  readonly told: readonly ToldFact[];
  readonly streamed: readonly StreamFact[];
}

const KEPT = "$1::float8 * interval '1 hour'";

const OUTBOX = (source: string): string =>
  `SELECT id::text AS key, name, '${source}' AS source, aggregate_id AS "aggregateId", seq,
     published_at IS NOT NULL AS published, occurred_at > now() - ${KEPT} AS kept
   FROM outbox ORDER BY id`;

const INBOX = (consumer: string): string =>
  `SELECT i.event_id::text AS key, name, '${consumer}' AS consumer,
     aggregate_id AS "aggregateId", status, last_error AS "lastError",
     coalesce(d.letters, 0) AS letters,
     EXISTS (SELECT FROM dead_letter_audit a WHERE a.event_id = i.event_id AND deed = 'deleted')
       AS deleted, occurred_at > now() - ${KEPT} AS kept
   FROM inbox i LEFT JOIN (
     SELECT event_id, count(*) AS letters FROM dead_letter GROUP BY event_id) d USING (event_id)
   ORDER BY i.event_id`;

const TOLD = `SELECT event_id::text AS key, channel FROM notification WHERE bulk_id IS NULL
  ORDER BY event_id`;

async function* none<Row>(): AsyncGenerator<Row> {
  // Where there is no stream.
}

/** Every event that any of them knows of, one by one. `streamed` is sorted by key. */
export async function* eventFacts(
  snapshots: Readonly<Record<DatabaseName, Snapshot>>,
  { keptHours }: Pick<Limits, "keptHours">,
  streamed: AsyncIterable<StreamFact> = none(),
): AsyncGenerator<EventFacts> {
  const streams: Record<string, AsyncIterable<Keyed>> = {
    told: snapshots.notifications.stream<ToldFact>(TOLD),
    streamed,
  };
  for (const name of messagingDatabases) {
    streams[`published ${name}`] = snapshots[name].stream<OutboxFact>(OUTBOX(name), [keptHours]);
    streams[`handled ${name}`] = snapshots[name].stream<InboxFact>(INBOX(name), [keptHours]);
  }
  for await (const { key, rows } of mergeByKey(streams)) {
    const all = (kind: string) =>
      messagingDatabases.flatMap((name) => rows[`${kind} ${name}`] ?? []);
    yield {
      eventId: key,
      // Each list holds what its statement above selects.
      published: all("published") as OutboxFact[],
      handled: all("handled") as InboxFact[],
      told: (rows.told ?? []) as ToldFact[],
      streamed: (rows.streamed ?? []) as StreamFact[],
    };
  }
}
