import { withHash } from "./short-hash";
import { dashed, foldAccents } from "./slug";

const SKU_LIMIT = 64;

/** Two hyphens, since a slug never has two in a row: "shirt" + "red" is not the slug "shirt-red". */
const SEPARATOR = "--";

/** Words parted by one space or hyphen. Others lose signs or letters: "+1" and "-1" become one. */
const isPlain = (value: string): boolean => /^[a-z0-9]+([ -][a-z0-9]+)*$/.test(foldAccents(value));

const readable = (slug: string, values: readonly string[]): string =>
  [slug, ...values.map(dashed)]
    .filter((part) => part !== "")
    .join(SEPARATOR)
    .toUpperCase();

function hashed(sku: string, slug: string, values: readonly string[]): string {
  const source = JSON.stringify([slug, ...values.map((value) => value.normalize("NFC"))]);
  return withHash(sku, source, SKU_LIMIT).toUpperCase();
}

/**
 * SKUs for the variants of one product that have none, from the slug and the option values alone,
 * so that a second import, or one with rows in another order, finds the same variants again.
 * Readable (`CHAIN-BRACELET--BLUE`), `[A-Z0-9-]`, at most 64 characters. A hash is added where the
 * readable form is cut or loses signs, and where the product has two values that differ in case,
 * accents or hyphens only ("X-Large", "x large"). Equal values give equal SKUs.
 */
export function stableSkus(slug: string, variants: readonly (readonly string[])[]): string[] {
  const spellings = new Map<string, Set<string>>();
  for (const values of variants) {
    const sku = readable(slug, values);
    spellings.set(sku, (spellings.get(sku) ?? new Set()).add(JSON.stringify(values)));
  }
  return variants.map((values) => {
    const sku = readable(slug, values);
    const isShared = (spellings.get(sku)?.size ?? 0) > 1;
    const isExact = sku.length <= SKU_LIMIT && values.every(isPlain) && !isShared;
    return isExact ? sku : hashed(sku, slug, values);
  });
}
