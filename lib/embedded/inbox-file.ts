import type { InboxRecord, InboxRecords } from "../messaging/inbox-records";
import type { DurableMap } from "./durable-map";

/** The records of a keyed inbox in a file of their own. */
export class InboxFile implements InboxRecords {
  constructor(readonly file: DurableMap<InboxRecord>) {}

  async get(eventIds: readonly string[]): Promise<(InboxRecord | null)[]> {
    return eventIds.map((id) => this.file.get(id) ?? null);
  }

  put(records: readonly InboxRecord[]): Promise<void> {
    return this.file.write(records.map((record) => [record.event.id, record] as const));
  }

  remove(eventId: string): Promise<void> {
    return this.file.write([[eventId, null]]);
  }

  async all(): Promise<InboxRecord[]> {
    return [...this.file.entries()].map(([, record]) => record);
  }

  async now(): Promise<number> {
    return Date.now();
  }
}
