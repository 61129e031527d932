import { hasCode } from "../../lib/errors";
import { newId } from "../../lib/ids";
import { newProduct } from "./domain/product";
import { demoCategories, demoProducts, type DemoProduct } from "./seed/demo-products";
import { addMissingCategories, insert, type Writing } from "./write-product";

/**
 * Fills an empty catalogue with the demo products, and goes on where a crash interrupted that: as
 * long as it holds nothing but demo products, the missing ones are added. Returns how many were.
 */
export async function seedDemo(writing: Writing): Promise<number> {
  const there = new Set(await writing.store.slugs());
  const missing = demoProducts.filter(({ slug }) => !there.has(slug));
  if (there.size + missing.length > demoProducts.length || missing.length === 0) return 0;
  await addMissingCategories(writing.store, demoCategories);
  for (const product of missing) await plant(writing, product);
  return missing.length;
}

async function plant(writing: Writing, { variants, ...input }: DemoProduct): Promise<void> {
  const product = newProduct(
    { ...input, variants: variants.map(({ quantity: _quantity, ...variant }) => variant) },
    { id: newId(), now: new Date().toISOString() },
  );
  const firstStock = variants.map(({ sku, quantity }) => ({ sku, onHand: quantity }));
  try {
    await insert(writing, product, firstStock);
  } catch (error) {
    // Another node seeds the same store at the same time.
    if (!hasCode(error, "SLUG_TAKEN", "SKU_TAKEN")) throw error;
  }
}
