import type { Client } from "pg";
import { connect as connectToNats, type JetStreamManager, type NatsConnection } from "nats";
import type { Stores } from "../../config/env";
import { contracts, durableServices } from "../../contracts";
import { durableOf, streamOf } from "../../lib/messaging/nats-names";
import { natsOptions } from "../../lib/messaging/nats-options";
import type { StreamFact } from "../facts/event-facts";
import { connect, Snapshot } from "../snapshot";
import type { Source } from "./source";

/** The consumers of a whole shop. */
const durables = durableServices.flatMap((service) =>
  (contracts[service].consumes as readonly string[]).map((event) => durableOf(service, event)),
);
const BATCH = 1_000;
const SILENCE_MS = 5_000;

/** The broker's stream: what its consumers still have to do, and which events it holds. */
export class StreamSource implements Source {
  private constructor(
    readonly connection: NatsConnection,
    readonly manager: JetStreamManager,
    readonly stream: string,
  ) {}

  static async open(
    { namespace, natsCa }: Pick<Stores, "namespace" | "natsCa">,
    url: string,
  ): Promise<StreamSource> {
    const options = { ...natsOptions(url, natsCa), name: "souk:verify" };
    const connection = await connectToNats({ ...options, reconnect: false, timeout: 5_000 });
    const manager = await connection.jetstreamManager();
    return new StreamSource(connection, manager, streamOf(namespace));
  }

  /** Which stream it is, and how far it goes. */
  async state(): Promise<{ readonly created: string; readonly lastSeq: number }> {
    const { created, state } = await this.manager.streams.info(this.stream);
    return { created, lastSeq: state.last_seq };
  }

  async underWay(): Promise<string[]> {
    const open: string[] = [];
    const missing = new Set(durables);
    for await (const consumer of this.manager.consumers.list(this.stream)) {
      // Others only read along, as this very check does.
      if (!consumer.config.durable_name) continue;
      missing.delete(consumer.name);
      const left = consumer.num_pending + consumer.num_ack_pending;
      if (left > 0) open.push(`${consumer.name}: ${left} messages`);
    }
    // Whoever consumes makes it anew, and only then hears of what it has missed.
    for (const name of missing) open.push(`${name}: a consumer that the broker has forgotten`);
    return open;
  }

  async dead(): Promise<object[]> {
    return [];
  }

  /** Ids in their order, sorted by a temporary table of the server at `postgresUrl`. */
  async *ids(postgresUrl: string): AsyncGenerator<StreamFact> {
    const client = await connect(postgresUrl);
    try {
      await client.query("CREATE TEMP TABLE streamed (key text, subject text)");
      await this.#copyTo(client);
      await client.query("BEGIN");
      const sorted = `SELECT key, subject FROM streamed ORDER BY key COLLATE "C"`;
      yield* new Snapshot(client).stream<StreamFact>(sorted);
    } finally {
      await client.end();
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  async #copyTo(client: Client): Promise<void> {
    const { state } = await this.manager.streams.info(this.stream);
    if (state.messages === 0) return;
    const consumer = await this.connection
      .jetstream()
      .consumers.get(this.stream, { headers_only: true });
    const batch: StreamFact[] = [];
    const messages = await consumer.consume({ max_messages: BATCH, idle_heartbeat: SILENCE_MS });
    for await (const message of messages) {
      batch.push({ key: message.headers?.get("Nats-Msg-Id") ?? "", subject: message.subject });
      const last = message.seq >= state.last_seq || message.info.pending === 0;
      if (batch.length >= BATCH || last) await insert(client, batch.splice(0));
      if (last) break;
    }
    await messages.close();
    await consumer.delete();
  }
}

const insert = (client: Client, rows: readonly StreamFact[]): Promise<unknown> =>
  client.query("INSERT INTO streamed SELECT * FROM unnest($1::text[], $2::text[])", [
    rows.map(({ key }) => key),
    rows.map(({ subject }) => subject),
  ]);
