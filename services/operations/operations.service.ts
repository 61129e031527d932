import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { implement } from "../../lib/mesh/implement";
import {
  deleteDeadLetter,
  findDeadLetter,
  listAudit,
  listDeadLetters,
  parkDeadLetter,
  replayDeadLetter,
  replayDeadLetters,
} from "./dead-letters";
import { reconciler, type ReconcilerMembers } from "./reconciler";
import { showTimeline } from "./show-timeline";
import { showTopology } from "./show-topology";
import { watchBreakers, type BreakerMembers } from "./watch-breakers";

/**
 * What a person sees who keeps the shop running. Every fact belongs to another service and is asked for
 * there; its own database has no more than whose turn it is to compare them, and what that found.
 */
export const operationsService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.operations)<BreakerMembers & ReconcilerMembers>({
    mixins: [watchBreakers(), reconciler(runtime)],
    actions: {
      timeline: (ctx) => showTimeline(ctx, ctx.params.id),
      deadLetters: (ctx) => listDeadLetters(ctx, ctx.params),
      deadLetter: (ctx) => findDeadLetter(ctx, ctx.params.id),
      deleteDeadLetter: (ctx) =>
        deleteDeadLetter(ctx, { id: ctx.params.id, by: ctx.user.id, note: ctx.params.note ?? "" }),
      parkDeadLetter: (ctx) => parkDeadLetter(ctx, { ...ctx.params, by: ctx.user.id }),
      deadLetterAudit: (ctx) => listAudit(ctx, ctx.params),
      replayDeadLetter: (ctx) => replayDeadLetter(ctx, ctx.params.id),
      replayDeadLetters: (ctx) => replayDeadLetters(ctx, ctx.params),
      reconciliation() {
        return this.lastReconciliation();
      },
      reconcile() {
        return this.reconcileNow();
      },
      consumers: () => runtime.transport.lag(),
      async topology(ctx) {
        const { tripped: breakers } = this.breakers;
        return { ...(await showTopology(this.broker, ctx)), breakers };
      },
    },
    events: {},
  });
