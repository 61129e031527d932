import { Batcher } from "../../lib/batcher";
import { isUnavailable, type Database } from "../../lib/store/database";
import {
  insertOrder,
  insertOrders,
  lookUp,
  type LookedUp,
  type RequestKey,
  type WrittenOrder,
} from "./store/checkout-store";
import type { OrderRow } from "./store/order-row";

const BATCH = 64;
/** So that one connection that hangs does not hold up all orders. */
const LANES = 4;

/** Looks requests up and writes orders; in a rush, many buyers share a statement and a commit. */
export class OrderBook {
  readonly #questions: Batcher<RequestKey, LookedUp>;
  readonly #entries: Batcher<WrittenOrder, OrderRow>;

  constructor(db: Database, orderTimeoutMs: number) {
    this.#questions = new Batcher((asked) => lookUp(db, asked, orderTimeoutMs), BATCH, LANES);
    this.#entries = new Batcher((written) => writeTogether(db, written), BATCH, LANES);
  }

  find(request: RequestKey): Promise<LookedUp> {
    return this.#questions.add(request);
  }

  /** Rejects as the database does, when a unique key is taken. */
  write(written: WrittenOrder): Promise<OrderRow> {
    return this.#entries.add(written);
  }
}

/** All in one statement or, when one of them is to blame that it fails, each in its own. */
async function writeTogether(
  db: Database,
  written: readonly WrittenOrder[],
): Promise<(OrderRow | Promise<OrderRow>)[]> {
  try {
    return await insertOrders(db, written);
  } catch (error) {
    if (written.length === 1 || isUnavailable(error)) throw error;
    return written.map((one) => insertOrder(db, one));
  }
}
