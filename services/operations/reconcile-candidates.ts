import type { ActionParams, ActionResult, Caller } from "../../lib/mesh/types";

const PAGES = 10;
const ASK = { timeout: 5_000 };

type Page = (
  caller: Caller,
  which: ActionParams<"orders.toReconcile">,
) => Promise<ActionResult<"orders.toReconcile">>;

const owners: Readonly<Record<string, Page>> = {
  orders: (caller, which) => caller.call("orders.toReconcile", which, ASK),
  payments: (caller, which) => caller.call("payments.toReconcile", which, ASK),
  inventory: (caller, which) => caller.call("inventory.toReconcile", which, ASK),
};
const kinds = ["open", "recent"] as const;

/** Where the next run goes on, by what is paged through; what came to its end begins again. */
export type Cursors = Readonly<Record<string, string>>;

export interface Candidates {
  readonly orderIds: readonly string[];
  readonly cursors: Cursors;
  readonly silent: readonly string[];
}

/**
 * Orders that are to be compared: everything that is not final, and whatever changed lately, as each
 * owner knows it. At most a thousand of each in one run; the next one goes on behind them.
 */
export async function candidatesFor(caller: Caller, cursors: Cursors): Promise<Candidates> {
  const orderIds = new Set<string>();
  const next: Record<string, string> = {};
  const silent = new Set<string>();
  for (const [owner, page] of Object.entries(owners)) {
    for (const which of kinds) {
      const name = `${owner}.${which}`;
      try {
        const end = await walk(name, (after) => {
          const from = after === null ? {} : { after };
          return page(caller, { which, ...from });
        });
        if (end) next[name] = end;
      } catch {
        silent.add(owner);
        if (cursors[name]) next[name] = cursors[name];
      }
    }
  }
  return { orderIds: [...orderIds], cursors: next, silent: [...silent] };

  async function walk(
    name: string,
    page: (after: string | null) => Promise<{ orderIds: string[]; next: string | null }>,
  ): Promise<string | null> {
    let after = cursors[name] ?? null;
    for (let pages = 0; pages < PAGES; pages++) {
      const found = await page(after);
      for (const id of found.orderIds) orderIds.add(id);
      after = found.next;
      if (after === null) break;
    }
    return after;
  }
}
