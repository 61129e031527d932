import { randomBytes } from "node:crypto";
import { Sequelize } from "sequelize";
import { inject, onTestFinished } from "vitest";
import { newId } from "../../lib/ids";
import type { AnyEventHandler, EventEnvelope } from "../../lib/messaging/event";
import { Inbox, type InboxOptions } from "../../lib/messaging/inbox";
import { Outbox } from "../../lib/messaging/outbox";
import { messagingMigrations } from "../../lib/messaging/schema";
import { Database } from "../../lib/store/database";
import { migrate } from "../../lib/store/migrate";
import { databaseUrl, ensureDatabase, sequelizeOptions } from "../../lib/store/postgres";
import { envelope } from "./events";

export const silent = { warn: () => undefined, error: () => undefined };

/** Connects to a test's database as one more process would. */
export type Connect = () => Database;

/** A consumer's database, with one table for what handlers do: their effects. Empty for each test. */
export async function aDatabase(): Promise<Connect> {
  const url = await (created ??= createDatabase());
  const connect = (): Database => {
    const sequelize = new Sequelize(sequelizeOptions(url, { service: "messaging" }));
    onTestFinished(() => sequelize.close());
    return new Database(sequelize);
  };
  await connect().query("TRUNCATE outbox, inbox, inbox_attempt, dead_letter, stream_mark, effect");
  return connect;
}

/** One for each test file. */
let created: Promise<string> | undefined;

async function createDatabase(): Promise<string> {
  const namespace = `m${randomBytes(5).toString("hex")}`;
  const url = databaseUrl(inject("postgresUrl"), namespace, "messaging");
  await ensureDatabase(url);
  await migrate(url, [
    ...messagingMigrations,
    {
      name: "0001_effect",
      sql: `CREATE TABLE effect (
        position bigint GENERATED ALWAYS AS IDENTITY, aggregate_id text, event_id uuid)`,
    },
  ]);
  return url;
}

/** An event about an aggregate; what it says does not matter here. */
export const aFact = (aggregateId: string, seq = 1): EventEnvelope =>
  envelope("stock.released", { orderId: newId(), lines: [] }, { aggregateId, seq });

/** What is done in a transaction of `db` happens; then the process is dead, and does nothing more. */
export function mortal(db: Database): { readonly db: Database; die(): never } {
  let dead = false;
  const alive = <T>(use: () => Promise<T>): Promise<T> =>
    dead ? Promise.reject(new Error("the process is dead")) : use();
  const view: Pick<Database, "query" | "transaction"> = {
    query: (sql, values) => alive(() => db.query(sql, values)),
    transaction: (work) => alive(() => db.transaction(work)),
  };
  return {
    // An inbox uses these two only; the class has private fields, which no other object can have.
    db: view as Database,
    die: () => {
      dead = true;
      throw new Error("killed");
    },
  };
}

export interface Replica {
  readonly db: Database;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
}

/** One process of a consumer: its handler notes the event and says so in an event of its own. */
export function aReplica(db: Database, options: Partial<InboxOptions> = {}): Replica {
  const outbox = new Outbox(db, "inventory", {}, options.node ?? "node", () => undefined);
  const inbox = new Inbox({
    db,
    outbox,
    node: "node",
    handlers: { "stock.released": note },
    faultOf: () => null,
    logger: silent,
    ...options,
  });
  return { db, outbox, inbox };
}

export const note: AnyEventHandler = async (event, work) => {
  await work.query("INSERT INTO effect (aggregate_id, event_id) VALUES ($1, $2)", [
    event.aggregateId,
    event.id,
  ]);
  work.publish({
    name: "stock.released",
    payload: { orderId: event.id, lines: [] },
    aggregateId: event.id,
    seq: 1,
  });
};

/** The ids of the events whose effects are in the database, in their order. */
export const effectsOf = async (db: Database): Promise<string[]> =>
  (await db.query<{ event_id: string }>("SELECT event_id FROM effect ORDER BY position")).map(
    (row) => row.event_id,
  );

export interface InboxState {
  readonly status: string;
  readonly attempts: number;
  readonly last_error: string | null;
}

export async function stateOf(db: Database, event: EventEnvelope): Promise<InboxState | undefined> {
  const [row] = await db.query<InboxState>(
    "SELECT status, attempts, last_error FROM inbox WHERE event_id = $1",
    [event.id],
  );
  return row;
}

/** Makes every parked event due now, so that a test need not wait for the back-off. */
export async function hasten({ db, inbox }: Replica): Promise<void> {
  await db.query("UPDATE inbox SET next_attempt_at = now() WHERE status = 'parked'");
  inbox.wake();
}
