import { demoProducts, type DemoProduct } from "./seed/demo-products";
import { drawImage } from "./seed/draw-image";

const byUrl = new Map<string, DemoProduct>(
  demoProducts.flatMap((product) => product.images.map(({ url }) => [url, product])),
);

/** The drawing behind `/images/<file>` of a demo product; null for any other name. */
export function demoImage(file: string): string | null {
  const product = byUrl.get(`/images/${file}`);
  if (!product) return null;
  const [category = ""] = product.categories;
  return drawImage({ name: product.name, slug: product.slug, category });
}
