export interface DemoCategory {
  slug: string;
  name: string;
  parent?: string;
}

/** Parents stand before their children. */
export const demoCategories: readonly DemoCategory[] = [
  { slug: "home", name: "Home" },
  { slug: "lamps", name: "Lamps & Lanterns", parent: "home" },
  { slug: "rugs", name: "Rugs & Kilims", parent: "home" },
  { slug: "textiles", name: "Textiles", parent: "home" },
  { slug: "baskets", name: "Baskets", parent: "home" },
  { slug: "pantry", name: "Pantry" },
  { slug: "spices", name: "Spices", parent: "pantry" },
  { slug: "teas", name: "Tea & Coffee", parent: "pantry" },
  { slug: "ceramics", name: "Ceramics" },
  { slug: "brass", name: "Brass & Copper" },
  { slug: "leather", name: "Leather Goods" },
  { slug: "jewellery", name: "Jewellery" },
  { slug: "soaps", name: "Soaps & Oils" },
  { slug: "games", name: "Games & Books" },
];
