import type { ServiceSchema } from "moleculer";
import { contracts } from "../../contracts";
import { implement } from "../../lib/mesh/implement";
import {
  deleteDeadLetter,
  findDeadLetter,
  listDeadLetters,
  replayDeadLetter,
  replayDeadLetters,
} from "./dead-letters";
import { showTimeline } from "./show-timeline";
import { showTopology } from "./show-topology";

/**
 * What a person sees who keeps the shop running. It has no database: every fact is in the outbox and
 * inbox of the service that it belongs to, and is asked for there.
 */
export const operationsService = (): ServiceSchema =>
  implement(contracts.operations)({
    actions: {
      timeline: (ctx) => showTimeline(ctx, ctx.params.id),
      deadLetters: (ctx) => listDeadLetters(ctx, ctx.params),
      deadLetter: (ctx) => findDeadLetter(ctx, ctx.params.id),
      deleteDeadLetter: (ctx) => deleteDeadLetter(ctx, ctx.params.id),
      replayDeadLetter: (ctx) => replayDeadLetter(ctx, ctx.params.id),
      replayDeadLetters: (ctx) => replayDeadLetters(ctx, ctx.params),
      async topology(ctx) {
        return showTopology(this.broker, ctx);
      },
    },
    events: {},
  });
