import { Batcher } from "../../lib/batcher";
import { isUnavailable, type Database } from "../../lib/store/database";
import {
  insertOrders,
  lookUp,
  type LookedUp,
  type RequestKey,
  type WrittenOrder,
} from "./store/checkout-store";
import type { OrderRow } from "./store/order-row";

interface Question {
  readonly request: RequestKey;
  answer?: LookedUp | undefined;
}

interface Entry {
  readonly written: WrittenOrder;
  row?: OrderRow | undefined;
  /** Why this one is not written, while others of its batch are. */
  fault?: unknown;
}

const BATCH = 64;
/** So that one connection that hangs does not hold up all orders. */
const LANES = 4;

/** Looks requests up and writes orders; in a rush, many buyers share a statement and a commit. */
export class OrderBook {
  readonly #questions: Batcher<Question>;
  readonly #entries: Batcher<Entry>;

  constructor(db: Database, orderTimeoutMs: number) {
    this.#questions = new Batcher(
      async (questions) => {
        const requests = questions.map(({ request }) => request);
        const answers = await lookUp(db, requests, orderTimeoutMs);
        for (const [n, question] of questions.entries()) question.answer = answers[n];
      },
      BATCH,
      LANES,
    );
    this.#entries = new Batcher((entries) => writeTogether(db, entries), BATCH, LANES);
  }

  async find(request: RequestKey): Promise<LookedUp> {
    const question: Question = { request };
    await this.#questions.add(question);
    if (!question.answer) throw new Error("an outer join without a row");
    return question.answer;
  }

  /** Rejects as the database does, when a unique key is taken. */
  async write(written: WrittenOrder): Promise<OrderRow> {
    const entry: Entry = { written };
    await this.#entries.add(entry);
    if (entry.row) return entry.row;
    throw entry.fault instanceof Error ? entry.fault : new Error("an INSERT without a row");
  }
}

/** All in one statement or, when one of them is to blame that it fails, each in its own. */
async function writeTogether(db: Database, entries: readonly Entry[]): Promise<void> {
  try {
    const rows = await insertOrders(
      db,
      entries.map(({ written }) => written),
    );
    for (const entry of entries) entry.row = rows.get(entry.written.order.id);
  } catch (error) {
    if (entries.length === 1 || isUnavailable(error)) throw error;
    for (const entry of entries) {
      await writeTogether(db, [entry]).catch((fault: unknown) => (entry.fault = fault));
    }
  }
}
