/** Shipping by zone, in hundredths of the currency's unit. */
export interface ShippingRate {
  readonly flat: number;
  readonly freeFrom: number;
}

const EUROPE: ShippingRate = { flat: 4_90, freeFrom: 50_00 };
const WORLD: ShippingRate = { flat: 14_90, freeFrom: 200_00 };

/** Standard VAT of the countries where the shop is registered, in basis points. */
const VAT: Readonly<Record<string, number>> = {
  AT: 2000,
  BE: 2100,
  BG: 2000,
  CY: 1900,
  CZ: 2100,
  DE: 1900,
  DK: 2500,
  EE: 2400,
  ES: 2100,
  FI: 2550,
  FR: 2000,
  GR: 2400,
  HR: 2500,
  HU: 2700,
  IE: 2300,
  IT: 2200,
  LT: 2100,
  LU: 1700,
  LV: 2100,
  MT: 1800,
  NL: 2100,
  PL: 2300,
  PT: 2300,
  RO: 2100,
  SE: 2500,
  SI: 2200,
  SK: 2300,
};

export const shippingRateOf = (country: string): ShippingRate => (country in VAT ? EUROPE : WORLD);

/** Exports leave untaxed; the buyer's customs take their own. */
export const taxRateOf = (country: string): number => VAT[country] ?? 0;
