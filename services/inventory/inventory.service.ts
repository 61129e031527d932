import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { fail } from "../../contracts/errors";
import { implement } from "../../lib/mesh/implement";
import { callerOf } from "../../lib/mesh/caller";
import type { Caller } from "../../lib/mesh/types";
import { Poller } from "../../lib/store/poller";
import { durableEvents, type DurableMembers } from "../../mixins/durable-events";
import { answerOnce, keyedRequest, oldKeyedRequests } from "../../mixins/keyed-request";
import { countMany, countStock } from "./count-stock";
import { toAvailability, toLevel } from "./domain/stock-level";
import { releaseExpired } from "./release-expired";
import { commitStock, giveBackStock, reserveStock } from "./reserve-stock";
import { settleHold } from "./settle-hold";
import { inventoryMigrations } from "./store/migrations";
import { stockModel } from "./store/model";
import { holdStandings, holdsToReconcile } from "./store/reconcile-store";
import { addSkus, findStock } from "./store/stock-store";

const EXPIRY_POLL_MS = 5_000;

type Members = DurableMembers & { expiry?: Poller };

/** What is on the shelves, and for whom it is held. */
export const inventoryService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.inventory)<Members>({
    mixins: [
      durableEvents(runtime, {
        service: "inventory",
        model: stockModel,
        migrations: inventoryMigrations,
        retention: [oldKeyedRequests],
      }),
    ],
    actions: {
      async get(ctx) {
        const { sku } = ctx.params;
        const [row] = await findStock(this.db, [sku]);
        if (row) return toLevel(row);
        await assertSold(ctx, sku);
        return { sku, onHand: 0, reserved: 0, available: 0 };
      },
      async set(ctx) {
        const { sku, onHand } = ctx.params;
        await ensureSku(this, ctx, sku);
        return this.unitOfWork(
          ctx,
          async (work) => (await countStock(work, sku, { onHand }, "counted")).level,
        );
      },
      async adjust(ctx) {
        const { sku, delta, reason } = ctx.params;
        await ensureSku(this, ctx, sku);
        const request = keyedRequest("adjust", ctx);
        return this.unitOfWork(ctx, (work) =>
          answerOnce(
            work,
            request,
            async () => (await countStock(work, sku, { delta }, reason)).level,
          ),
        );
      },
      async stock(ctx) {
        const { levels, ...count } = ctx.params;
        const counted = await this.unitOfWork(ctx, (work) => countMany(work, levels, count));
        return { ...counted, refused: [...counted.refused] };
      },
      async availability({ params: { skus } }) {
        const rows = await findStock(this.db, skus);
        const known = new Map(rows.map((row) => [row.sku, toAvailability(toLevel(row))]));
        const none = { available: 0, lowStock: false };
        return Object.fromEntries(skus.map((sku) => [sku, known.get(sku) ?? none]));
      },
      async toReconcile({ params: { which, after } }) {
        return holdsToReconcile(this.db, which, after);
      },
      async standings({ params: { orderIds } }) {
        return holdStandings(this.db, orderIds);
      },
      async settle(ctx) {
        const { orderId } = ctx.params;
        const unitOfWork: Parameters<typeof settleHold>[2] = (work) => this.unitOfWork(ctx, work);
        return { orderId, status: await settleHold(this.db, ctx, unitOfWork, orderId) };
      },
    },
    events: {
      "order.created": reserveStock,
      "order.confirmed": commitStock,
      "order.cancelled": ({ payload }, work) => giveBackStock(work, payload.orderId),
      "order.refunded": async ({ payload }, work) => {
        if (!payload.dispatched) await giveBackStock(work, payload.orderId);
      },
      "product.created": ({ payload }, work) => addSkus(work, firstStock(payload)),
      "product.updated": ({ payload }, work) => addSkus(work, firstStock(payload)),
    },
    started() {
      this.expiry = new Poller({
        name: "expired holds",
        everyMs: EXPIRY_POLL_MS,
        logger: this.logger,
        run: () =>
          releaseExpired(this.db, callerOf(this.broker, "inventory"), (work) =>
            this.unitOfWork({ traceparent: null }, work),
          ),
      });
      this.expiry.start();
    },
    async stopped() {
      await this.expiry?.stop();
    },
  });

/** A variant without a first stock begins with none on hand. */
function firstStock(payload: {
  product: { variants: readonly { sku: string }[] };
  firstStock: readonly { sku: string; onHand: number }[];
}): { sku: string; onHand: number }[] {
  const given = new Map(payload.firstStock.map(({ sku, onHand }) => [sku, onHand]));
  return payload.product.variants.map(({ sku }) => ({ sku, onHand: given.get(sku) ?? 0 }));
}

/** A SKU that is on sale, but of which no event has told us yet, is known from here on. */
async function ensureSku(service: Service & Members, caller: Caller, sku: string): Promise<void> {
  if ((await findStock(service.db, [sku])).length > 0) return;
  await assertSold(caller, sku);
  await addSkus(service.db, [{ sku, onHand: 0 }]);
}

async function assertSold(caller: Caller, sku: string): Promise<void> {
  const offers = await caller.call("catalog.offers", { skus: [sku] });
  if (offers.length === 0) throw fail("SKU_NOT_FOUND", `no SKU ${sku}`);
}
