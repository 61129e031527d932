import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { implement } from "../../lib/mesh/implement";
import { findOrder, listOrders, storefrontProduct } from "./aggregates";
import { webGateway } from "./web-gateway";

/** The only door: HTTP in front, calls of the mesh behind. */
export const gatewayService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.gateway)({
    mixins: [webGateway(runtime)],
    actions: {
      async storefrontProduct(ctx) {
        return storefrontProduct(ctx, ctx.params.idOrSlug, this.logger);
      },
      async orders(ctx) {
        return listOrders(ctx, { ...ctx.params, userId: ctx.user.id }, this.logger);
      },
      async order(ctx) {
        return findOrder(ctx, { id: ctx.params.id, userId: ctx.user.id }, this.logger);
      },
      async adminOrders(ctx) {
        return listOrders(ctx, ctx.params, this.logger);
      },
      async adminOrder(ctx) {
        return findOrder(ctx, ctx.params, this.logger);
      },
    },
    events: {},
  });
