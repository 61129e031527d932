import type { StockLevel } from "../../../contracts/inventory";

/** At or below this many, a shop window says "few left". */
const LOW_STOCK = 5;

export interface StockRow {
  readonly sku: string;
  readonly on_hand: number;
  readonly reserved: number;
}

export const toLevel = ({ sku, on_hand, reserved }: StockRow): StockLevel => ({
  sku,
  onHand: on_hand,
  reserved,
  available: on_hand - reserved,
});

export const toAvailability = (level: StockLevel) => ({
  available: level.available,
  lowStock: level.available > 0 && level.available <= LOW_STOCK,
});

/**
 * Whether readers need to know of a change that took `delta` from, or gave it to, what is available:
 * when it sold out or is back. Telling every sale would double the events of a busy shop.
 */
export const crossesSoldOut = (availableNow: number, delta: number): boolean =>
  availableNow > 0 !== availableNow - delta > 0;
