import { expect, test } from "vitest";
import { contracts } from "../../contracts";
import { durableActions } from "../../contracts/durable";
import type { ActionContract } from "../../lib/mesh/contract";

/**
 * What the mesh asks for once, however slow a node is or when it dies, and why: asked again after it
 * was done, it would do or say something else. All other actions are declared idempotent.
 */
const ONCE = {
  "*.deleteDeadLetter": "the letter would be unknown",
  "*.parkDeadLetter": "the audit would have two deeds",
  "*.replayDeadLetter": "the letter would be no dead one any more",
  "catalog.create": "its slug and SKUs would be taken",
  "inventory.adjust": "it would count twice",
  "inventory.set": "what was sold since it was counted would be back",
  "notifications.startBulk": "everybody would get it twice",
  "operations.deleteDeadLetter": "the letter would be unknown",
  "operations.parkDeadLetter": "the audit would have two deeds",
  "operations.reconcile": "the first run would still be under way",
  "operations.replayDeadLetter": "the letter would be no dead one any more",
  "operations.replayDeadLetters": "as many more would be replayed",
  "orders.createCoupon": "its code would be taken",
  "orders.deliver": "the order would be delivered already",
  "orders.dispatch": "the order would be dispatched already",
  "orders.place": "a client that may ask again says so with its Idempotency-Key",
  "orders.refund": "it would be another refund",
  "reports.importProducts": "it would be another job, and its file can be read once",
  "reports.sales": "it would be another job",
  "search.rebuild": "the first one would still be running",
  "users.addAddress": "it would be there twice",
  "users.login": "it would count as two attempts",
  "users.refresh": "the token would have been used",
  "users.register": "the email would be taken",
  "users.removeAddress": "the address would not be there",
};

/** What a client may repeat by an Idempotency-Key of its own: it is done once, and answered the same. */
const ONCE_FOR_A_KEY = [
  "inventory.adjust",
  "notifications.startBulk",
  "orders.place",
  "orders.refund",
  "users.refresh",
];

const services = Object.values(contracts).map(({ name, actions }) => [name, actions] as const);
const actionsWhere = (matches: (action: ActionContract) => boolean): string[] =>
  [["*", durableActions] as const, ...services]
    .flatMap(([service, actions]) =>
      Object.entries<ActionContract>(actions)
        .filter(([, action]) => matches(action))
        .map(([name]) => `${service}.${name}`),
    )
    .sort();

test("the mesh repeats no action that does or says something else the second time", () => {
  expect(actionsWhere(({ idempotent }) => !idempotent)).toEqual(Object.keys(ONCE).sort());
});

test("a client may repeat under a key what would do harm twice", () => {
  const keyed = actionsWhere(({ params }) => "idempotencyKey" in params.properties);
  expect(keyed).toEqual(ONCE_FOR_A_KEY);
  const byHeader = actionsWhere(
    ({ route }) => route?.headers?.idempotencyKey === "idempotency-key",
  );
  expect(byHeader).toEqual(ONCE_FOR_A_KEY);
});
