import type { DemoProduct } from "./goods/define-goods";
import { baskets, lamps, rugs, textiles } from "./goods/home";
import { spices, teas } from "./goods/pantry";
import { games, jewellery, leather, soaps } from "./goods/personal";
import { brass, ceramics } from "./goods/table";

export { demoCategories, type DemoCategory } from "./demo-categories";
export type { DemoProduct, DemoVariant } from "./goods/define-goods";

/** What `SEED=demo` fills an empty shop with. Invented: no brand or product exists. */
export const demoProducts: readonly DemoProduct[] = [
  ...[...lamps, ...rugs, ...textiles, ...baskets],
  ...[...spices, ...teas],
  ...[...ceramics, ...brass],
  ...[...leather, ...jewellery, ...soaps, ...games],
];
