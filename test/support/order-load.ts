import type { Client } from "./client";

/** What a buyer was told. */
export interface Told {
  /** When it was asked and answered, by `performance.now()`. */
  readonly from: number;
  readonly to: number;
  /** Of the answer; 0: the connection broke. */
  readonly status: number;
  /** Of an order that was accepted. */
  readonly id: string | null;
}

/** Buyers who order one unit at a fixed rate, whether or not those before were answered, until stopped. */
export class OrderLoad {
  readonly #told: Promise<Told>[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(buyer: Client, sku: string, perSecond: number) {
    const order = (): void => void this.#told.push(orderOnce(buyer, sku));
    this.#timer = setInterval(order, 1_000 / perSecond);
  }

  /** What all of them were told. */
  async stop(): Promise<Told[]> {
    clearInterval(this.#timer);
    return Promise.all(this.#told);
  }
}

export async function orderOnce(buyer: Client, sku: string): Promise<Told> {
  const from = performance.now();
  const { status, body } = await buyer
    .order([{ sku, quantity: 1 }])
    .catch((error: unknown) => ({ status: 0, body: { id: String(error) } }));
  return { from, to: performance.now(), status, id: status === 202 ? body.id : null };
}

export const acceptedOf = (told: readonly Told[]): string[] =>
  told.flatMap(({ id }) => (id === null ? [] : [id]));
