import type { RedisConnection } from "../store/redis";
import type { InboxRecord, InboxRecords } from "./inbox-records";

const RECORDS = "inbox";

/** The records of a keyed inbox in a hash, shared by all nodes of the service. */
export class RedisInboxRecords implements InboxRecords {
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  async get(eventIds: readonly string[]): Promise<(InboxRecord | null)[]> {
    if (eventIds.length === 0) return [];
    const texts = await this.#connection.run((redis) => redis.hmget(RECORDS, ...eventIds));
    return texts.map((text) => (text === null ? null : parse(text)));
  }

  async put(records: readonly InboxRecord[]): Promise<void> {
    if (records.length === 0) return;
    const entries = records.map((record) => [record.event.id, JSON.stringify(record)] as const);
    await this.#connection.run((redis) => redis.hset(RECORDS, Object.fromEntries(entries)));
  }

  async remove(eventId: string): Promise<void> {
    await this.#connection.run((redis) => redis.hdel(RECORDS, eventId));
  }

  async all(): Promise<InboxRecord[]> {
    const texts = await this.#connection.run((redis) => redis.hvals(RECORDS));
    return texts.map(parse);
  }

  async now(): Promise<number> {
    const [seconds, micros] = await this.#connection.run((redis) => redis.time());
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  }
}

/** It is what `put` wrote. */
const parse = (text: string): InboxRecord => JSON.parse(text) as InboxRecord;
