import { openFileProducts } from "../../support/file-products";
import { anEventOf, aProduct, aVariant } from "../../support/products";
import { say } from "./say";

/** Writes products until it is killed, and says of each write when it is acknowledged. */
async function main(folder: string, round: string): Promise<void> {
  const { store } = await openFileProducts(folder, 10);
  for (let n = 0; ; n++) {
    const product = aProduct({ slug: `r${round}-${n}`, variants: [aVariant(`R${round}-${n}`)] });
    const description = "long enough to be torn in the middle ".repeat(50);
    await store.insert(product, anEventOf(product, 1));
    const changed = { ...product, description };
    await store.replace(changed, 2, anEventOf(changed, 2));
    say(product.slug);
  }
}

void main(process.argv[2] ?? "", process.argv[3] ?? "");
