/** Mistakes that must not compile; `mesh.test.ts` compiles this file. Nothing here ever runs. */
import { contracts } from "../../contracts";
import { implement, type Implementation } from "../../lib/mesh/implement";
import type { Ctx } from "../../lib/mesh/types";
import type { UnitOfWork } from "../../lib/messaging/event";

declare const ctx: Ctx;
declare const work: UnitOfWork;
declare const users: Implementation<typeof contracts.users, unknown>;
declare const shipping: Implementation<typeof contracts.shipping, unknown>;
const orderIds: string[] = [];

export async function calls(): Promise<void> {
  const payments = await ctx.call("payments.ofOrders", { orderIds });
  const amount: number | undefined = payments[0]?.amount.amount;
  void amount;

  // @ts-expect-error a misspelt action
  await ctx.call("payments.ofOrder", { orderIds });
  // @ts-expect-error an action of no service
  await ctx.call("postage.ofOrders", { orderIds });
  // @ts-expect-error a missing param
  await ctx.call("payments.ofOrders", {});
  // @ts-expect-error an extra param
  await ctx.call("payments.ofOrders", { orderIds, userId: "x" });
  // @ts-expect-error a param of another type
  await ctx.call("payments.ofOrders", { orderIds: [1] });
  // @ts-expect-error a field that the result does not have
  void payments[0]?.price;
  // Only durable services answer these.
  await ctx.call("orders.trace", { correlationId: "x" });
  // @ts-expect-error users has no outbox
  await ctx.call("users.trace", { correlationId: "x" });
}

export function events(): void {
  const about = { aggregateId: "x", seq: 1 };
  const short: { sku: string; quantity: number }[] = [];
  work.publish({ name: "stock.rejected", payload: { orderId: "x", short }, ...about });

  // @ts-expect-error a misspelt event
  work.publish({ name: "stock.reject", payload: { orderId: "x", short }, ...about });
  // @ts-expect-error a payload without a field
  work.publish({ name: "stock.rejected", payload: { orderId: "x" }, ...about });
  // @ts-expect-error a payload with a field too many
  work.publish({ name: "stock.rejected", payload: { orderId: "x", short, sku: "y" }, ...about });
  // @ts-expect-error the payload of another event
  work.publish({ name: "stock.released", payload: { orderId: "x", short }, ...about });
  // @ts-expect-error an event without its aggregate
  work.publish({ name: "stock.rejected", payload: { orderId: "x", short }, seq: 1 });
}

export function services(): void {
  implement(contracts.users)(users);
  const { me, ...withoutMe } = users.actions;
  // @ts-expect-error an action is missing
  implement(contracts.users)({ ...users, actions: withoutMe });
  implement(contracts.users)({
    ...users,
    actions: {
      ...withoutMe,
      me,
      // @ts-expect-error an action that the contract does not have
      whoami: me,
    },
  });
  implement(contracts.users)({
    ...users,
    actions: {
      ...withoutMe,
      // @ts-expect-error a result that the contract does not promise
      me: async () => ({ id: "x" }),
    },
  });
  implement(contracts.users)({
    ...users,
    actions: {
      ...withoutMe,
      async me(call) {
        // @ts-expect-error params that the contract does not have
        void call.params.name;
        return me(call);
      },
    },
  });

  const { "order.confirmed": confirmed, ...withoutConfirmed } = shipping.events;
  // @ts-expect-error a consumed event has no handler
  implement(contracts.shipping)({ ...shipping, events: withoutConfirmed });
  implement(contracts.shipping)({
    ...shipping,
    events: {
      ...shipping.events,
      // @ts-expect-error a handler of an event that the contract does not consume
      "stock.reserved": confirmed,
    },
  });
  implement(contracts.shipping)({
    ...shipping,
    events: {
      ...withoutConfirmed,
      async "order.confirmed"({ payload }) {
        // @ts-expect-error a field that the payload does not have
        void payload.orderNumber;
      },
    },
  });
}
