import { patch, type Mutant } from "./mutant";

const outbox = (find: string, replace: string) => patch("lib/messaging/outbox.js", find, replace);
const inbox = (find: string, replace: string) => patch("lib/messaging/inbox.js", find, replace);

/** Events: kept, carried, handled. */
export const messagingMutants: readonly Mutant[] = [
  {
    name: "the inbox is off, and so is the key of notifications behind it",
    patches: [
      patch(
        "services/notifications/store/migrations.js",
        "CONSTRAINT notification_once UNIQUE (event_id, user_id, channel),",
        "",
      ),
      patch(
        "services/notifications/store/notification-store.js",
        `EXISTS (SELECT FROM push_subscription WHERE user_id = "userId")
     ON CONFLICT (event_id, user_id, channel) DO NOTHING`,
        'EXISTS (SELECT FROM push_subscription WHERE user_id = "userId")',
      ),
      patch(
        "lib/messaging/inbox-store.js",
        "ON CONFLICT (event_id) DO NOTHING\n       RETURNING event_id, status",
        "ON CONFLICT (event_id) DO UPDATE SET status = 'done' RETURNING event_id, status",
      ),
    ],
    trial: { stories: ["receive"], faults: "*.deliver=dup" },
  },
  {
    name: "an event counts as handled before it is: claimed in a transaction of its own",
    patches: [inbox("this.#store.claim(tx, batch)", "this.#store.claim(this.#options.db, batch)")],
    trial: { stories: ["buy"], faults: "orders.handle.payment.completed.before_commit=kill9@1" },
  },
  {
    name: "events are acknowledged before they are handled",
    patches: [
      patch(
        "lib/messaging/consumer-queue.js",
        "await this.consumer.receive(events);",
        "void this.consumer.receive(events).catch(() => undefined);",
      ),
    ],
    trial: {
      stories: ["buy"],
      faults:
        "payments.handle.stock.reserved.before_commit=delay:500,payments.handle.stock.reserved.before_commit=kill9@1",
    },
  },
  {
    name: "an event is marked as published before the broker has it",
    patches: [
      patch(
        "lib/messaging/relay.js",
        "await observer.publish(event, (traced) => transport.publish(traced));",
        "null; void transport.publish(event).catch(() => undefined);",
      ),
    ],
    trial: {
      stories: ["buy"],
      faults:
        "inventory.handle.order.created.before_commit=delay:500,inventory.handle.order.created.before_commit=kill9@1",
    },
  },
  {
    name: "events are written behind the commit, not in it",
    patches: [
      outbox(
        `if (rows.length > 0)
                    await tx.query((0, exports.insertEvents)(1), [JSON.stringify(rows)]);`,
        "",
      ),
      outbox(
        `if (rows.length > 0)
                    this.wake();`,
        `if (rows.length > 0) {
          await this.db.query((0, exports.insertEvents)(1), [JSON.stringify(rows)]);
          this.wake();
        }`,
      ),
    ],
    trial: { stories: ["buy"], faults: "inventory.handle.order.created.after_commit=kill9@1" },
  },
  {
    name: "the outbox is read by a cursor over its ids",
    patches: [
      outbox(
        "WHERE published_at IS NULL AND aggregate_id <> ALL($2)",
        `WHERE published_at IS NULL AND aggregate_id <> ALL($2) AND id > coalesce((SELECT id FROM outbox
           WHERE published_at IS NOT NULL ORDER BY id DESC LIMIT 1), '00000000-0000-0000-0000-000000000000')`,
      ),
    ],
    // Some commits come later than those that drew their ids behind them.
    trial: {
      stories: ["buy", "receive", "change one's mind"],
      times: 8,
      faults: "orders.unit.before_commit=delay:300%0.5",
    },
  },
  {
    name: "only fresh events are published, and those of a dead process are forgotten",
    patches: [
      outbox(
        "WHERE published_at IS NULL AND aggregate_id <> ALL($2)",
        "WHERE published_at IS NULL AND aggregate_id <> ALL($2) AND occurred_at > now() - interval '1 second'",
      ),
    ],
    trial: { stories: ["buy"], faults: "orders.place.after_commit=kill9@1" },
  },
  {
    name: "what is published is not marked",
    patches: [
      outbox("FROM relaxed WHERE id = ANY($1)", "FROM relaxed WHERE id = ANY($1) AND false"),
    ],
    trial: { stories: ["buy"] },
  },
  {
    name: "an event that ends as dead leaves no letter",
    patches: [
      patch(
        "lib/messaging/inbox-store.js",
        "async #bury(tx, { event, attempts, error }) {",
        "async #bury(tx, { event, attempts, error }) {\n        return;",
      ),
    ],
    trial: {
      stories: ["buy"],
      faults: "reports.*.order.confirmed.before_commit=throw",
      allowDead: true,
      settleMs: 90_000, // eight attempts, ever more rarely
    },
  },
  {
    name: "events lose what they are about",
    patches: [outbox("correlation_id: correlationId", "correlation_id: (0, ids_1.newId)()")],
    trial: { stories: ["buy"] },
  },
  {
    name: "events lose their cause",
    patches: [
      outbox("causation_id: event.causationId ?? cause.causationId ?? null", "causation_id: null"),
    ],
    trial: { stories: ["buy"] },
  },
  {
    name: "notifications forget which event they tell of",
    patches: [
      patch(
        "services/notifications/queue-mail.js",
        "eventId: event.id, userId",
        "eventId: (0, ids_1.newId)(), userId",
      ),
    ],
    trial: { stories: ["buy"] },
  },
  {
    name: "who is declined is told that the order is confirmed",
    patches: [
      patch(
        "services/notifications/notifications.service.js",
        'await tell(this, work, event, "order-cancelled", { number, reason });',
        'await tell(this, work, event, "order-confirmed", { number, reason });',
      ),
    ],
    trial: { stories: ["be declined"] },
  },
];
