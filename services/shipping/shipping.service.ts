import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { implement } from "../../lib/mesh/implement";
import { durableEvents, type DurableMembers } from "../../mixins/durable-events";
import {
  cancelShipment,
  deliverShipment,
  dispatchShipment,
  prepareShipment,
  settleShipment,
} from "./move-shipment";
import { shippingMigrations } from "./store/migrations";
import { shipmentModel } from "./store/model";
import { findShipments, toShipment } from "./store/shipment-store";

/** Parcels: from the confirmed order to the door. */
export const shippingService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.shipping)<DurableMembers>({
    mixins: [
      durableEvents(runtime, {
        service: "shipping",
        model: shipmentModel,
        migrations: shippingMigrations,
      }),
    ],
    actions: {
      async ofOrders({ params: { orderIds } }) {
        const rows = await findShipments(this.db, orderIds);
        return rows.flatMap((row) => toShipment(row) ?? []);
      },
      async deliver(ctx) {
        return this.unitOfWork(ctx, (work) => deliverShipment(work, ctx.params.orderId));
      },
      async settle(ctx) {
        const { orderId } = ctx.params;
        const order = await ctx.call("orders.find", { id: orderId });
        await this.unitOfWork(ctx, (work) => settleShipment(work, order));
        const [row] = await findShipments(this.db, [orderId]);
        return { orderId, status: row?.status ?? null };
      },
    },
    events: {
      "order.confirmed": ({ payload }, work) => prepareShipment(work, payload),
      "order.dispatch_requested": ({ payload }, work) => dispatchShipment(work, payload),
      "order.cancelled": ({ payload }, work) => cancelShipment(work, payload),
      "order.refunded": async ({ payload }, work) => {
        if (!payload.dispatched) await cancelShipment(work, payload);
      },
    },
  });
