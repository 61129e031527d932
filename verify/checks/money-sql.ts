import type { SqlCheck } from "./sql-check";

export const moneyChecks: readonly SqlCheck[] = [
  {
    id: "M1",
    when: "A",
    database: "payments",
    title: "the entries of every ledger transaction sum to zero in each currency",
    sql: `SELECT t.tx_id, t.order_id, t.reference, e.currency, sum(e.amount) AS sum, count(e.id) AS entries
      FROM ledger_tx t LEFT JOIN ledger_entry e USING (tx_id)
      GROUP BY t.tx_id, e.currency HAVING count(e.id) = 0 OR sum(e.amount) <> 0`,
  },
  {
    id: "M1",
    when: "A",
    database: "payments",
    title: "the ledger can only be appended to: its triggers stand",
    sql: `SELECT w.of AS table, w.name AS missing
      FROM (VALUES ('ledger_tx', 'ledger_tx_append_only'), ('ledger_entry', 'ledger_entry_append_only'),
        ('ledger_tx', 'ledger_tx_balances'), ('ledger_entry', 'ledger_entry_balances')) AS w (of, name)
      WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgname = w.name
        AND t.tgrelid = w.of::regclass AND t.tgenabled IN ('O', 'A'))`,
  },
  {
    id: "M1",
    when: "A",
    database: "payments",
    title: "each capture and each refund is booked, once, and nothing else is",
    sql: `SELECT order_id, reference,
        due.amount AS due, due.currency, booked.amounts AS booked
      FROM (
        SELECT order_id, 'charge:' || order_id AS reference, captured AS amount, currency
        FROM payment WHERE status IN ('captured', 'partially_refunded', 'refunded')
        UNION ALL
        SELECT r.order_id, 'refund:' || r.id, -r.amount, p.currency
        FROM refund r JOIN payment p USING (order_id) WHERE r.status = 'succeeded') due
      FULL JOIN (
        SELECT t.order_id, t.reference,
          json_agg(json_build_object('account', account, 'amount', amount, 'currency', currency)
            ORDER BY account) AS amounts,
          sum(amount) FILTER (WHERE account = 'provider') AS amount, min(currency) AS currency,
          count(DISTINCT currency) AS currencies
        FROM ledger_tx t LEFT JOIN ledger_entry e USING (tx_id) GROUP BY t.tx_id) booked
      USING (order_id, reference)
      WHERE (due.amount, due.currency, 1) IS DISTINCT FROM (booked.amount, booked.currency, currencies)`,
  },
  {
    id: "M2",
    when: "A",
    database: "payments",
    title: "0 ≤ refunded ≤ captured ≤ authorised of every payment",
    sql: `SELECT order_id, status, amount, captured, refunded, refunding FROM payment
      WHERE NOT (refunded >= 0 AND refunding >= 0 AND refunded + refunding <= captured
        AND captured <= coalesce(amount, 0))`,
  },
  {
    id: "M2",
    when: "A",
    database: "payments",
    title: "what a payment says of its refunds is what its refunds say",
    sql: `SELECT p.order_id, p.refunded, p.refunding, r.made, r.asked
      FROM payment p LEFT JOIN (
        SELECT order_id, sum(amount) FILTER (WHERE status = 'succeeded') AS made,
          sum(amount) FILTER (WHERE status = 'requested') AS asked
        FROM refund GROUP BY order_id) r USING (order_id)
      WHERE p.refunded <> coalesce(r.made, 0) OR p.refunding <> coalesce(r.asked, 0)`,
  },
  {
    id: "M6",
    when: "A",
    database: "orders",
    title: "total = Σ (quantity × unit price) − discount + shipping + tax, all in one currency",
    sql: `SELECT o.id, o.number, o.total, o.subtotal, o.discount, o.shipping, o.tax, o.items
      FROM orders o, LATERAL (
        SELECT coalesce(sum((i->>'quantity')::bigint * (i->'unitPrice'->>'amount')::bigint), 0) AS goods,
          bool_and((i->'lineTotal'->>'amount')::bigint
            = (i->>'quantity')::bigint * (i->'unitPrice'->>'amount')::bigint) AS lines_agree,
          bool_and(i->'unitPrice'->>'currency' = o.currency) AS one_currency
        FROM json_array_elements(o.items) AS i) g
      WHERE o.subtotal <> g.goods OR o.total <> g.goods - o.discount + o.shipping + o.tax
        OR o.discount < 0 OR g.lines_agree IS NOT TRUE OR g.one_currency IS NOT TRUE`,
  },
  {
    id: "M7",
    when: "A",
    database: "orders",
    title: "a user's idempotency key has placed one order at most",
    sql: `SELECT user_id, idempotency_key, array_agg(id) AS orders,
        count(DISTINCT fingerprint) AS fingerprints
      FROM orders GROUP BY user_id, idempotency_key HAVING count(*) > 1`,
  },
  {
    id: "M7",
    when: "A",
    database: "orders",
    title: "a cart as it stood was ordered once at most",
    sql: `SELECT cart_id, cart_version, array_agg(id) AS orders FROM orders
      WHERE cart_id IS NOT NULL GROUP BY cart_id, cart_version HAVING count(*) > 1`,
  },
  {
    id: "M8",
    when: "Q",
    database: "payments",
    title: "no payment waits for its provider longer than the reconciler lets it",
    values: ({ reconcileSeconds }) => [reconcileSeconds],
    sql: `SELECT order_id, status, attempts, last_error, created_at FROM payment
      WHERE status IN ('requested', 'processing') AND created_at < now() - $1::int * interval '1 second'`,
  },
  {
    id: "M8",
    when: "Q",
    database: "payments",
    title: "no refund waits for its provider longer than the reconciler lets it",
    values: ({ reconcileSeconds }) => [reconcileSeconds],
    sql: `SELECT id, order_id, amount, attempts, last_error, created_at FROM refund
      WHERE status = 'requested' AND created_at < now() - $1::int * interval '1 second'`,
  },
];
