import { describe, expect, it } from "vitest";
import { demoProducts } from "../../services/catalog/seed/demo-products";
import { drawImage } from "../../services/catalog/seed/draw-image";

const draw = ({ name, slug, categories }: (typeof demoProducts)[number]): string =>
  drawImage({ name, slug, category: categories[0] ?? "" });

/** Tags that are opened and never closed, or closed and never opened; XML has no others. */
function unbalancedTags(svg: string): string[] {
  const open: string[] = [];
  for (const [tag, slash, name = "", selfClosed] of svg.matchAll(/<(\/?)(\w+)[^<>]*?(\/?)>/g)) {
    if (selfClosed === "/") continue;
    if (slash === "") open.push(name);
    else if (open.pop() !== name) return [tag];
  }
  return open;
}

describe("drawImage", () => {
  it("draws well-formed SVG of less than 4 kB for every demo product", () => {
    for (const product of demoProducts) {
      const svg = draw(product);
      expect(svg, product.slug).toMatch(
        /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>$/,
      );
      expect(unbalancedTags(svg), product.slug).toEqual([]);
      // Only tags and quoted attributes: no text, and nothing that a tag could hide in.
      expect(svg.replace(/<\/?\w+(?: [\w:-]+="[^"<>&]*")*\/?>/g, ""), product.slug).toBe("");
      expect(Buffer.byteLength(svg), product.slug).toBeLessThan(4096);
    }
  });

  it("draws real numbers only", () => {
    for (const product of demoProducts) expect(draw(product)).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("draws the same product the same way every time", () => {
    for (const product of demoProducts) expect(draw(product)).toBe(draw(product));
  });

  it("draws products differently", () => {
    expect(new Set(demoProducts.map(draw)).size).toBe(demoProducts.length);
  });

  it("lets nothing of the product into the picture", () => {
    const evil = `lamp"/><script>alert(1)</script>`;
    const svg = drawImage({ name: evil, slug: evil, category: "lamps" });
    expect(svg).not.toMatch(/script|alert/);
    expect(unbalancedTags(svg)).toEqual([]);
  });

  it("draws something for a category that it does not know", () => {
    for (const category of ["", "gadgets", "constructor", "__proto__"]) {
      expect(drawImage({ name: "x", slug: "x", category })).toMatch(/^<svg .*<\/svg>$/);
    }
  });
});
