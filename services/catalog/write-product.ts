import { setTimeout as sleep } from "node:timers/promises";
import { MAX_IMAGES, type catalog, type Product } from "../../contracts/catalog";
import { fail, invalidField } from "../../contracts/errors";
import { hasCode } from "../../lib/errors";
import { newId } from "../../lib/ids";
import type { EventEnvelope, NewEvent } from "../../lib/messaging/event";
import type { ParamsOf } from "../../lib/mesh/types";
import { missingCategories, type CategoryRef } from "./domain/categories";
import { assertDistinctSkus, changeProduct, newProduct, replaceProduct } from "./domain/product";
import { productEvent, type FirstStock } from "./domain/product-event";
import { slugCandidates } from "./domain/slug";
import type { ProductStore } from "./store/product-store";

type Params<A extends keyof (typeof catalog)["actions"]> = ParamsOf<(typeof catalog)["actions"][A]>;

/** What it takes to write products, for one request. */
export interface Writing {
  readonly store: ProductStore;
  /** The event as the product's document has to carry it. */
  seal(event: NewEvent): EventEnvelope;
  /** To be called after each write: the event may go out, caches are stale. */
  written(): Promise<void>;
}

/** Of changes that meet one wins a round; the others wait for a moment of their own, up to 20 ms. */
const ATTEMPTS = 100;
const pause = (attempt: number) => sleep(Math.random() * Math.min(attempt, 20));

const timestamp = (): string => new Date().toISOString();

/** A slug that is given must be free; one that is derived from the name takes a number if need be. */
export async function createProduct(writing: Writing, input: Params<"create">): Promise<Product> {
  assertDistinctSkus(input.variants);
  const id = newId();
  const firstStock = input.variants.flatMap(({ sku, onHand }) =>
    onHand === undefined ? [] : { sku, onHand },
  );
  const variants = input.variants.map(({ onHand: _onHand, ...variant }) => variant);
  await addMissingCategories(writing.store, toRefs(input.categories));
  const slugs = input.slug === undefined ? slugCandidates(input.name, id) : [input.slug];
  for (const slug of slugs) {
    const { status = "active" } = input;
    const product = newProduct({ ...input, variants, slug }, { id, now: timestamp(), status });
    try {
      await insert(writing, product, firstStock);
      return product;
    } catch (error) {
      if (slug === input.slug || !hasCode(error, "SLUG_TAKEN")) throw error;
    }
  }
  throw fail("SLUG_TAKEN", `every slug for the name ${input.name} is taken`);
}

/** Throws NOT_FOUND for an unknown id. */
export async function updateProduct(
  writing: Writing,
  { id, ...change }: Params<"update">,
): Promise<Product> {
  assertDistinctSkus(change.variants ?? []);
  await addMissingCategories(writing.store, toRefs(change.categories));
  const { product } = await revise(writing, id, (old) => changeProduct(old, change, timestamp()));
  return product;
}

/** Throws NOT_FOUND for an unknown id; an archived product stays as it is. */
export async function archiveProduct(writing: Writing, id: string): Promise<void> {
  await revise(writing, id, (old) => changeProduct(old, { status: "archived" }, timestamp()));
}

/** Throws NOT_FOUND for an unknown id. A picture without a text shows what the product is called. */
export async function addImage(
  writing: Writing,
  { id, url, alt }: Params<"addImage">,
): Promise<void> {
  await revise(writing, id, (old) => {
    if (old.images.some((image) => image.url === url)) return null;
    if (old.images.length >= MAX_IMAGES) {
      throw invalidField("/image", `is one too many; a product has at most ${MAX_IMAGES}`);
    }
    const images = [...old.images, { url, alt: alt ?? old.name }];
    return changeProduct(old, { images }, timestamp());
  });
}

/**
 * Creates or replaces the product with this slug, but for variants whose SKU another product has.
 * Throws SKU_TAKEN when it has no other ones.
 */
export async function putProduct(writing: Writing, input: Params<"put">) {
  assertDistinctSkus(input.variants);
  try {
    return { ...(await putWhole(writing, input)), taken: [] };
  } catch (error) {
    if (!hasCode(error, "SKU_TAKEN")) throw error;
    const taken = await takenSkus(writing.store, input);
    const variants = input.variants.filter(({ sku }) => !taken.includes(sku));
    if (taken.length === 0 || variants.length === 0) throw error;
    const keep = input.keep ?? "parts";
    return { ...(await putWhole(writing, { ...input, variants, keep })), taken };
  }
}

async function takenSkus(store: ProductStore, { slug, variants }: Params<"put">) {
  const products = await store.bySkus(variants.map(({ sku }) => sku));
  const others = products.filter((product) => product.slug !== slug);
  const theirs = new Set(others.flatMap((other) => other.variants.map(({ sku }) => sku)));
  return variants.map(({ sku }) => sku).filter((sku) => theirs.has(sku));
}

async function putWhole(writing: Writing, { categories, ...fields }: Params<"put">) {
  await addMissingCategories(writing.store, categories);
  const input = { ...fields, categories: [...new Set(categories.map(({ slug }) => slug))] };
  const found = (await writing.store.bySlug(input.slug)) ?? (await insertNew(writing, input));
  if (typeof found === "string") return { id: found, outcome: "created" as const };
  const { id } = found.product;
  const { changed } = await revise(writing, id, (old) => replaceProduct(old, input, timestamp()));
  return { id, outcome: changed ? ("updated" as const) : ("unchanged" as const) };
}

type PutInput = Omit<Params<"put">, "categories"> & { readonly categories: string[] };

/** The new product's id, or the product of somebody who was faster with the same slug. */
async function insertNew(writing: Writing, input: PutInput) {
  const product = newProduct(input, { id: newId(), now: timestamp(), status: input.status });
  try {
    await insert(writing, product, []);
    return product.id;
  } catch (error) {
    const taken = hasCode(error, "SLUG_TAKEN", "SKU_TAKEN");
    const other = taken ? await writing.store.bySlug(input.slug) : null;
    if (!other) throw error;
    return other;
  }
}

export async function insert(
  writing: Writing,
  product: Product,
  firstStock: FirstStock[],
): Promise<void> {
  await writing.store.insert(product, sealed(writing, product, 1, firstStock));
  await writing.written();
}

/** Applies `change` to the newest version; when it answers null, nothing is written or told. */
async function revise(
  writing: Writing,
  id: string,
  change: (product: Product) => Product | null,
): Promise<{ product: Product; changed: boolean }> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const stored = await writing.store.byId(id);
    if (!stored) throw fail("NOT_FOUND");
    const product = change(stored.product);
    if (!product) return { product: stored.product, changed: false };
    const version = stored.version + 1;
    if (await writing.store.replace(product, version, sealed(writing, product, version))) {
      await writing.written();
      return { product, changed: true };
    }
    await pause(attempt);
  }
  throw fail("CONFLICT");
}

const sealed = (
  writing: Writing,
  product: Product,
  version: number,
  firstStock: FirstStock[] = [],
): EventEnvelope =>
  writing.seal({
    ...productEvent(product, version, firstStock),
    aggregateId: product.id,
    seq: version,
  });

/** Before the product, so that a crash in between leaves an empty category and no dangling slug. */
export async function addMissingCategories(
  store: ProductStore,
  wanted: readonly CategoryRef[],
): Promise<void> {
  const missing = missingCategories(await store.categories(), wanted);
  if (missing.length > 0) await store.addCategories(missing);
}

const toRefs = (slugs: readonly string[] = []): CategoryRef[] => slugs.map((slug) => ({ slug }));
