import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Product } from "../../contracts/catalog";
import { toSlug } from "../../services/reports/domain/slug";
import { readAll } from "../unit/shopify-file";

/** Catalogues that nobody here wrote; they lie beside the checkout and are not part of it. */
const FOLDER = resolve("../shared/data");
const SHOPIFY = ["shopify-apparel.csv", "shopify-jewelery.csv"];
const DUMMY = "dummyjson-products.json";

export interface Stocked {
  readonly product: Product;
  readonly firstStock: { sku: string; onHand: number }[];
}

const isHere = [...SHOPIFY, DUMMY].every((name) => existsSync(resolve(FOLDER, name)));

/** Tests of real data are skipped where there is none, but never in CI. */
export const noRealCatalogue = !isHere && !process.env["CI"];
if (noRealCatalogue) console.warn(`skipped: no real catalogues in ${FOLDER}`);

/** All products of the real catalogues, as the catalogue's events would carry them. */
export async function realCatalogue(): Promise<Stocked[]> {
  const exports = await Promise.all(SHOPIFY.map(readExport));
  return [...exports.flat(), ...readDummies()].map(dated);
}

/** Ids and times are the same in every run. */
function dated({ product, firstStock }: Stocked, index: number): Stocked {
  const at = new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString();
  const digest = createHash("sha256").update(product.slug).digest("hex");
  const id = `01900000-0000-7${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
  return { product: { ...product, id, createdAt: at, updatedAt: at }, firstStock };
}

const blank = { id: "", status: "active", createdAt: "", updatedAt: "" } as const;

async function readExport(name: string): Promise<Stocked[]> {
  const { products } = await readAll(createReadStream(resolve(FOLDER, name)));
  return products.map(({ handle, categories, variants, row: _, active: __, ...product }) => ({
    product: {
      ...blank,
      ...product,
      slug: handle,
      categories: categories.map((category) => toSlug(category, "category")),
      variants: variants.map(({ row: _row, quantity: _quantity, ...variant }) => variant),
    },
    firstStock: variants.map(({ sku, quantity = 0 }) => ({ sku, onHand: quantity })),
  }));
}

interface Dummy {
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly brand?: string;
  readonly sku: string;
  readonly price: number;
  readonly stock: number;
  readonly tags: string[];
  readonly images: string[];
  readonly warrantyInformation: string;
  readonly returnPolicy: string;
}

const dummies = (): Dummy[] => JSON.parse(readFileSync(resolve(FOLDER, DUMMY), "utf8")) as Dummy[];

/** The real catalogues as files that the import takes: the JSON one converted to our own columns. */
export function realImportFiles(): { readonly name: string; readonly csv: string }[] {
  const exported = SHOPIFY.map((name) => ({
    name,
    csv: readFileSync(resolve(FOLDER, name), "utf8"),
  }));
  return [...exported, { name: DUMMY, csv: toCsv(dummies().map(toColumns)) }];
}

const toColumns = (dummy: Dummy): Record<string, string> => ({
  product: `${dummy.title} ${dummy.sku}`,
  name: dummy.title,
  description: dummy.description,
  brand: dummy.brand ?? "",
  categories: dummy.category,
  "attribute:tags": dummy.tags.join(", "),
  "attribute:warranty": dummy.warrantyInformation,
  "attribute:returns": dummy.returnPolicy,
  sku: dummy.sku,
  price: dummy.price.toFixed(2),
  quantity: String(dummy.stock),
  image: dummy.images[0] ?? "",
});

function toCsv(rows: readonly Record<string, string>[]): string {
  const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))];
  return lines.map((cells) => cells.map(quoted).join(",")).join("\r\n");
}

function readDummies(): Stocked[] {
  return dummies().map((dummy) => ({
    product: {
      ...blank,
      slug: toSlug(`${dummy.title} ${dummy.sku}`, "product"),
      name: dummy.title,
      description: dummy.description,
      brand: dummy.brand ?? "",
      categories: [dummy.category],
      attributes: {
        tags: dummy.tags.join(", "),
        warranty: dummy.warrantyInformation,
        returns: dummy.returnPolicy,
      },
      images: dummy.images.map((url) => ({ url, alt: dummy.title })),
      variants: [
        {
          sku: dummy.sku,
          price: { amount: Math.round(dummy.price * 100), currency: "EUR" },
          attributes: {},
        },
      ],
    },
    firstStock: [{ sku: dummy.sku, onHand: dummy.stock }],
  }));
}
