import type { Database } from "../store/database";
import {
  MARKS_MS,
  type RecoverableOutbox,
  type StreamMark,
  type StreamSight,
} from "./stream-watch";
import type { Published } from "./transport";

const CONGESTED = 5_000;

interface MarkRow {
  created: string;
  last_seq: number;
  newest_seq: number | null;
  newest_id: string | null;
  recoveries: number;
  recover_before: Date | null;
}

/** The outbox table of one service, published again (schema.ts: `stream_mark` has one row). */
export class OutboxRecovery implements RecoverableOutbox {
  constructor(readonly db: Database) {}

  async streamMark(): Promise<StreamMark | null> {
    const [row] = await this.db.query<MarkRow>("SELECT * FROM stream_mark");
    return row ? toMark(row) : null;
  }

  async keepStreamMark(mark: StreamSight): Promise<void> {
    // `created` may not change here: whoever finds another stream has to recover first.
    await this.db.query(
      `INSERT INTO stream_mark AS m (created, last_seq, newest_seq, newest_id) VALUES ($1, $2, $3, $4)
       ON CONFLICT (one) DO UPDATE SET last_seq = $2, newest_seq = $3, newest_id = $4
       WHERE m.created = $1 AND m.recover_before IS NULL AND m.last_seq <= $2`,
      valuesOf(mark),
    );
  }

  async beginRecovery(mark: StreamSight, recoveries: number): Promise<void> {
    await this.db.query(
      `WITH waiting AS (SELECT DISTINCT aggregate_id FROM outbox WHERE published_at IS NULL), first AS (
         UPDATE outbox SET published_at = NULL, available_at = now()
         WHERE published_at IS NOT NULL AND aggregate_id IN (SELECT aggregate_id FROM waiting))
       UPDATE stream_mark SET created = $1, last_seq = $2, newest_seq = $3, newest_id = $4,
         recoveries = recoveries + 1,
         recover_before = clock_timestamp() + $5::int * interval '1 millisecond'
       WHERE recoveries = $6`,
      [...valuesOf(mark), MARKS_MS, recoveries],
    );
  }

  async reopen(before: string, after: string | null, limit: number): Promise<string | null> {
    const rows = await this.db.query<{ id: string }>(
      `UPDATE outbox SET published_at = NULL, available_at = now()
       WHERE id IN (SELECT id FROM outbox
         WHERE published_at < $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3)
       RETURNING id`,
      [before, after, limit],
    );
    return rows.reduce<string | null>((last, { id }) => (!last || id > last ? id : last), null);
  }

  async endRecovery(): Promise<void> {
    await this.db.query("UPDATE stream_mark SET recover_before = NULL");
  }

  async isCongested(): Promise<boolean> {
    const [row] = await this.db.query<{ pending: number }>(
      "SELECT count(*)::int AS pending FROM (SELECT FROM outbox WHERE published_at IS NULL LIMIT $1) p",
      [CONGESTED],
    );
    return row?.pending === CONGESTED;
  }
}

const valuesOf = ({ created, lastSeq, newest }: StreamSight) => [
  created,
  lastSeq,
  newest?.seq ?? null,
  newest?.id ?? null,
];

function toMark(row: MarkRow): StreamMark {
  const newest: Published | null =
    row.newest_seq === null || row.newest_id === null
      ? null
      : { seq: row.newest_seq, id: row.newest_id };
  return {
    created: row.created,
    lastSeq: row.last_seq,
    newest,
    recoveries: row.recoveries,
    recoverBefore: row.recover_before?.toISOString() ?? null,
  };
}
