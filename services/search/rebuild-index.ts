import type { ActionResult, Caller } from "../../lib/mesh/types";
import { fail } from "../../contracts/errors";
import type { Database } from "../../lib/store/database";
import { toEntry } from "./domain/entry";
import type { Rebuild, SearchIndex } from "./store/search-index";

type Page = ActionResult<"catalog.page">;

const PRODUCTS_A_PAGE = 200;
/** What inventory tells at once. */
const SKUS_A_CALL = 500;

export interface Rebuilding {
  readonly index: SearchIndex;
  readonly db: Database;
  readonly caller: Caller;
}

/**
 * Builds the index anew from the catalogue, and from inventory where no event has told of a SKU. What
 * is searched meanwhile, and after a failure, is the old one. Throws CONFLICT while another node is at
 * it. Answers how many products were read.
 */
export async function rebuildIndex(rebuilding: Rebuilding): Promise<number> {
  const rebuild = await rebuilding.index.startRebuild();
  if (!rebuild) throw fail("CONFLICT", "a rebuild is running already");
  try {
    const products = await loadCatalogue(rebuilding, rebuild);
    await rebuild.finish();
    return products;
  } catch (error) {
    await rebuild.abandon();
    throw error;
  }
}

async function loadCatalogue(rebuilding: Rebuilding, rebuild: Rebuild): Promise<number> {
  let products = 0;
  for (let after: string | undefined; ;) {
    const page: Page = await rebuilding.caller.call("catalog.page", {
      limit: PRODUCTS_A_PAGE,
      ...(after === undefined ? {} : { after }),
    });
    await askForStock(rebuilding, page);
    await rebuild.add(page.map(toIndexed));
    products += page.length;
    after = page.at(-1)?.product.id;
    if (page.length < PRODUCTS_A_PAGE) return products;
  }
}

const toIndexed = ({ product, version }: Page[number]) =>
  product.status === "active"
    ? toEntry(product, version)
    : { id: product.id, version, removed: true as const };

async function askForStock({ index, db, caller }: Rebuilding, page: Page): Promise<void> {
  const sold = page.flatMap(({ product }) => product.variants.map(({ sku }) => sku));
  const unknown = await index.unknownStock(sold);
  for (let start = 0; start < unknown.length; start += SKUS_A_CALL) {
    const skus = unknown.slice(start, start + SKUS_A_CALL);
    const levels = await caller.call("inventory.availability", { skus });
    const stock = skus.map((sku) => ({ sku, available: levels[sku]?.available ?? 0 }));
    await db.transaction((tx) => index.assumeStock(tx, stock));
  }
}
