import type { Context, Service, ServiceSchema } from "moleculer";
import { defineMixin } from "../../lib/mesh/implement";
import type { ActionResult } from "../../lib/mesh/types";

type TrippedBreaker = ActionResult<"operations.topology">["breakers"][number];
type Said = Context<{ readonly nodeID: string; readonly action: string }>;

export interface BreakerMembers {
  readonly breakers: Breakers;
}
type This = Service & { breakers: Breakers };

/** The breakers of the whole mesh that are not closed, as the nodes that keep them say. */
export class Breakers {
  readonly #tripped = new Map<string, TrippedBreaker>();

  get tripped(): TrippedBreaker[] {
    return [...this.#tripped.values()];
  }

  hear(state: "closed" | "half-open" | "open", { nodeID, params }: Said): void {
    const breaker = { on: nodeID ?? "", action: params.action, node: params.nodeID, state };
    const key = JSON.stringify([breaker.on, breaker.action, breaker.node]);
    if (state === "closed") this.#tripped.delete(key);
    else this.#tripped.set(key, { ...breaker, state });
  }

  /** A breaker goes with its keeper, and with the node that it watches. */
  forget(gone: string): void {
    for (const [key, { on, node }] of this.#tripped) {
      if (on === gone || node === gone) this.#tripped.delete(key);
    }
  }
}

/** Who has not noticed yet that a node is gone may still say something of it, and would never unsay it. */
function hear(
  { breakers, broker }: This,
  state: Parameters<Breakers["hear"]>[0],
  said: Said,
): void {
  const isGone = (id: string | null) => broker.registry.nodes.get(id ?? "")?.available === false;
  if (!isGone(said.nodeID) && !isGone(said.params.nodeID)) breakers.hear(state, said);
}

/** Listens to what breakers say; a word that gets lost is made good by the next one. */
export const watchBreakers = (): Partial<ServiceSchema> =>
  defineMixin<This>({
    created() {
      this.breakers = new Breakers();
    },
    events: {
      "$circuit-breaker.opened"(this: This, ctx: Said): void {
        hear(this, "open", ctx);
      },
      "$circuit-breaker.half-opened"(this: This, ctx: Said): void {
        hear(this, "half-open", ctx);
      },
      "$circuit-breaker.closed"(this: This, ctx: Said): void {
        hear(this, "closed", ctx);
      },
      "$node.disconnected"(this: This, ctx: Context<{ readonly node: { readonly id: string } }>) {
        this.breakers.forget(ctx.params.node.id);
      },
    },
  });
