import { messagingDatabases, type DatabaseName, type Limits } from "./check";

/** Something that runs statements: a snapshot, or a live connection. */
interface Reader {
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

interface Work {
  readonly what: string;
  readonly sql: string;
  readonly values?: (limits: Limits) => readonly unknown[];
}

/** What is late does not count as under way: it will not settle, and a claim says so (M8, O2, S7). */
const YOUNG = "created_at > now() - $1::int * interval '1 second'";
const reconcile = ({ reconcileSeconds }: Limits) => [reconcileSeconds];

const messaging: readonly Work[] = [
  {
    what: "unpublished events",
    sql: "SELECT count(*) AS n FROM outbox WHERE published_at IS NULL",
  },
  {
    what: "events to be published again",
    sql: "SELECT count(*) AS n FROM stream_mark WHERE recover_before IS NOT NULL",
  },
  { what: "parked events", sql: "SELECT count(*) AS n FROM inbox WHERE status = 'parked'" },
];

const work: Readonly<Record<DatabaseName, readonly Work[]>> = {
  orders: [
    ...messaging,
    {
      what: "pending orders",
      values: ({ sweepSeconds }) => [sweepSeconds],
      sql: `SELECT count(*) AS n FROM orders WHERE status = 'pending'
        AND deadline > now() - $1::int * interval '1 second'`,
    },
  ],
  inventory: messaging,
  payments: [
    ...messaging,
    {
      what: "open payments",
      values: reconcile,
      sql: `SELECT count(*) AS n FROM payment WHERE status IN ('requested', 'processing') AND ${YOUNG}`,
    },
    {
      what: "open refunds",
      values: reconcile,
      sql: `SELECT count(*) AS n FROM refund WHERE status = 'requested' AND ${YOUNG}`,
    },
  ],
  sandbox: [
    {
      what: "webhooks on their way",
      sql: "SELECT count(*) AS n FROM webhook_delivery WHERE delivered_at IS NULL",
    },
  ],
  shipping: messaging,
  notifications: messaging,
  reports: messaging,
  search: messaging,
};

/** What is still under way in one database, in words. */
export async function underWay(
  name: DatabaseName,
  reader: Reader,
  limits: Limits,
): Promise<string[]> {
  const found: string[] = [];
  for (const { what, sql, values } of work[name]) {
    const [row] = await reader.query<{ n: number }>(sql, values?.(limits));
    if (row && row.n > 0) found.push(`${name}: ${row.n} ${what}`);
  }
  return found;
}

/**
 * Says so of a publisher that knows another stream than there is, or a longer one: it has not noticed
 * yet that the broker lost events, and will publish them again when it does.
 */
export async function unaware(
  name: DatabaseName,
  reader: Reader,
  stream: { readonly created: string; readonly lastSeq: number },
): Promise<string[]> {
  if (!(messagingDatabases as readonly string[]).includes(name)) return [];
  const rows = await reader.query(
    "SELECT 1 FROM stream_mark WHERE created <> $1 OR last_seq > $2",
    [stream.created, stream.lastSeq],
  );
  return rows.length > 0 ? [`${name}: a loss of the stream that it has not noticed`] : [];
}

/** Changes whenever a database published or handled an event. */
export async function pulseOf(name: DatabaseName, reader: Reader): Promise<string> {
  if (!(messagingDatabases as readonly string[]).includes(name)) return "";
  const [row] = await reader.query<{ pulse: string }>(
    `SELECT concat((SELECT count(*) FROM outbox), ' ', (SELECT max(position) FROM inbox), ' ',
       (SELECT count(*) FROM inbox WHERE status = 'done')) AS pulse`,
  );
  return row?.pulse ?? "";
}
