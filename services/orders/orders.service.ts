import { Type as T } from "@sinclair/typebox";
import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { Time } from "../../contracts/common";
import { cursorReader, idCursor } from "../../contracts/cursor";
import { fail } from "../../contracts/errors";
import { CouponCode } from "../../contracts/orders";
import { implement } from "../../lib/mesh/implement";
import { Poller } from "../../lib/store/poller";
import { durableEvents, type DurableMembers } from "../../mixins/durable-events";
import { oldKeyedRequests } from "../../mixins/keyed-request";
import { OfferDesk } from "./ask-offers";
import { cancelOverdue } from "./cancel-overdue";
import { createCoupon, quoteCoupon } from "./coupons";
import { orderMeter } from "./measure-orders";
import { OrderMoves } from "./move-order";
import { OrderBook } from "./order-book";
import { placeOrder, type Checkout } from "./place-order";
import { presentOrder } from "./present-order";
import { assertNotRefunding, refundOrder } from "./refund-order";
import { endCoupon, listCoupons } from "./store/coupon-store";
import { orderMigrations } from "./store/migrations";
import { orderModel } from "./store/model";
import { orderStandings, ordersToReconcile } from "./store/reconcile-store";
import { toRecord, type OrderRow } from "./store/order-row";
import { findOrder, historyOf, listOrders, lockOrder } from "./store/order-store";
import { whenMoved } from "./when-moved";

const couponCursor = cursorReader(T.Tuple([Time, CouponCode]));
const DEADLINE_POLL_MS = 500;

type Members = DurableMembers &
  Pick<Checkout, "running" | "offersOf"> & {
    book: Checkout["book"];
    measure: Checkout["measure"];
    moves: OrderMoves;
    deadlines?: Poller;
  };

/** Orders and their state machine: who may do what to an order, and when it is over. */
export const ordersService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.orders)<Members>({
    mixins: [
      durableEvents(runtime, {
        service: "orders",
        model: orderModel,
        migrations: orderMigrations,
        retention: [oldKeyedRequests],
      }),
    ],
    actions: {
      async place(ctx) {
        const { db, outbox, book, running, offersOf, measure } = this;
        return placeOrder({ db, outbox, book, running, offersOf, measure }, ctx);
      },
      async cancel(ctx) {
        const { id } = ctx.params;
        const row = await this.unitOfWork(ctx, async (work) => {
          const order = found(await lockOrder(work, id, ctx.user.id));
          return this.moves.cancelOnce(work, order, "CUSTOMER_REQUEST");
        });
        if (!row) throw fail("ORDER_NOT_CANCELLABLE");
        return presentOrder(ctx, row);
      },
      async adminCancel(ctx) {
        const { id } = ctx.params;
        const row = await this.unitOfWork(ctx, async (work) => {
          const order = found(await lockOrder(work, id));
          return this.moves.cancelOnce(work, order, "ADMIN_REQUEST");
        });
        if (!row) throw fail("INVALID_TRANSITION", "the order can no longer be cancelled");
        return presentOrder(ctx, row);
      },
      async dispatch(ctx) {
        const { id, ...parcel } = ctx.params;
        await assertNotRefunding(ctx, found(await findOrder(this.db, id)));
        const row = await this.unitOfWork(ctx, async (work) => {
          found(await lockOrder(work, id));
          return this.moves.requestDispatch(work, id, parcel);
        });
        if (!row)
          throw fail("INVALID_TRANSITION", "only a confirmed order can be dispatched, once");
        return presentOrder(ctx, await whenMoved(this.db, row));
      },
      async deliver(ctx) {
        const { id } = ctx.params;
        const row = found(await findOrder(this.db, id));
        if (row.status !== "shipped") {
          throw fail("INVALID_TRANSITION", `a ${row.status} order cannot be delivered`);
        }
        await ctx.call("shipping.deliver", { orderId: id });
        return presentOrder(ctx, await whenMoved(this.db, row));
      },
      async refund(ctx) {
        return refundOrder(this.outbox, ctx, found(await findOrder(this.db, ctx.params.id)));
      },
      async find({ params: { id, userId } }) {
        return toRecord(found(await findOrder(this.db, id, userId)));
      },
      async list({ params: { cursor, limit = 20, ...filter } }) {
        const [before] = idCursor(cursor) ?? [];
        const page = await listOrders(this.db, { ...filter, ...(before ? { before } : {}), limit });
        return { items: page.rows.map(toRecord), nextCursor: page.nextCursor };
      },
      async toReconcile({ params: { which, after } }) {
        return ordersToReconcile(this.db, which, after);
      },
      async standings({ params: { orderIds } }) {
        return orderStandings(this.db, orderIds);
      },
      async settle(ctx) {
        const { orderId } = ctx.params;
        await this.unitOfWork(ctx, (work) => this.moves.timeOut(work, orderId));
        return { orderId, status: (await findOrder(this.db, orderId))?.status ?? null };
      },
      async createCoupon(ctx) {
        return createCoupon(this.db, ctx.params);
      },
      async coupons({ params: { cursor, limit = 20 } }) {
        return listCoupons(this.db, couponCursor(cursor) ?? null, limit);
      },
      async endCoupon({ params: { code } }) {
        if (!(await endCoupon(this.db, code))) throw fail("NOT_FOUND", "no such coupon");
        return null;
      },
      async quoteCoupon(ctx) {
        return quoteCoupon(this.db, ctx.params);
      },
      async history({ params: { id, userId, afterVersion = 0 } }) {
        found(await findOrder(this.db, id, userId));
        const rows = await historyOf(this.db, id, afterVersion);
        return rows.map(({ version, status, reason, at }) => ({
          version,
          status,
          ...(reason ? { reason } : {}),
          at: at.toISOString(),
        }));
      },
    },
    events: {
      async "stock.rejected"({ payload }, work) {
        await this.moves.cancel(work, payload.orderId, "OUT_OF_STOCK");
      },
      async "payment.completed"({ payload }, work) {
        // A cancelled order stays cancelled: payments gives the money back on order.cancelled.
        await this.moves.confirm(work, payload.orderId);
      },
      async "payment.failed"({ payload }, work) {
        const reason = payload.code === "EXPIRED" ? "TIMEOUT" : "PAYMENT_DECLINED";
        await this.moves.cancel(work, payload.orderId, reason);
      },
      async "payment.refunded"({ payload }, work) {
        if (payload.full) await this.moves.refund(work, payload.orderId);
      },
      async "shipment.dispatched"({ payload }, work) {
        await this.moves.ship(work, payload.orderId);
      },
      async "shipment.delivered"({ payload }, work) {
        await this.moves.deliver(work, payload.orderId);
      },
    },
    created() {
      Object.assign(this, { running: new Map(), offersOf: new OfferDesk() });
      this.measure = orderMeter(this.broker);
      this.moves = new OrderMoves((order) => {
        this.measure(order);
        void this.broker.broadcast("order.status", { orderId: order.id });
      });
    },
    started() {
      this.book = new OrderBook(this.db, runtime.config.orderTimeoutMs);
      this.deadlines = new Poller({
        name: "order deadlines",
        everyMs: DEADLINE_POLL_MS,
        logger: this.logger,
        run: () =>
          cancelOverdue(
            this.db,
            (work) => this.unitOfWork({ traceparent: null }, work),
            this.moves,
          ),
      });
      this.deadlines.start();
    },
    async stopped() {
      await this.deadlines?.stop();
    },
  });

/** The order, or NOT_FOUND: somebody else's order does not exist. */
function found(row: OrderRow | null): OrderRow {
  if (!row) throw fail("NOT_FOUND", "no such order");
  return row;
}
