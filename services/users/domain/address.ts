import type { PostalAddress } from "../../../contracts/common";
import type { Address } from "../../../contracts/users";

export const MAX_ADDRESSES = 50;

export interface AddressRow {
  readonly id: string;
  readonly name: string;
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string;
  readonly postal_code: string;
  readonly region: string | null;
  readonly country: string;
  readonly phone: string | null;
  readonly is_default: boolean;
}

/** What a parcel needs to know: absent means there is none. */
export function toPostalAddress(row: AddressRow): PostalAddress {
  const { name, line1, line2, city, postal_code, region, country, phone } = row;
  return {
    name,
    line1,
    ...(line2 ? { line2 } : {}),
    city,
    postalCode: postal_code,
    ...(region ? { region } : {}),
    country,
    ...(phone ? { phone } : {}),
  };
}

export const toAddress = (row: AddressRow): Address => ({
  id: row.id,
  ...toPostalAddress(row),
  isDefault: row.is_default,
});
