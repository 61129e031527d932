import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../lib/ids";
import { importOf } from "../support/reports";
import { startTestShop, type TestShop } from "../support/shop";
import { file, productRow, variantRow } from "../unit/shopify-file";

const admin = { id: newId(), roles: ["admin"] };
const SIZES = ["S", "M", "L"];

describe("an import with a bad row of a product that exists", () => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await startTestShop({ services: ["reports", "catalog", "inventory"] });
  });
  afterAll(() => shop.stop());

  const PLAIN = "product,name,sku,option:size,price,quantity";
  const plain = (handle: string, size: string, price: string, quantity: number) =>
    [handle, handle, `${handle}-${size}`, size, price, quantity].join(",");
  const first = (handle: string) =>
    [PLAIN, ...SIZES.map((size) => plain(handle, size, "10.00", 5))].join("\n");
  const again = (...lines: string[]) => importOf(shop, [PLAIN, ...lines].join("\n"));

  /** `sku price stock` of each variant. */
  async function variantsOf(idOrSlug: string): Promise<string[]> {
    const { variants } = await shop.call("catalog.get", { idOrSlug });
    return Promise.all(
      variants.map(async ({ sku, price }) => {
        const { onHand } = await shop.call("inventory.get", { sku }, admin);
        return `${sku} ${price.amount} ${onHand}`;
      }),
    );
  }

  test("applies the good rows and leaves the other variants and their stock alone", async () => {
    await importOf(shop, first("coat"));
    const job = await again(
      plain("coat", "L", "12.00", 7),
      plain("coat", "M", "twelve", 8),
      plain("coat", "S", "12.00", 9),
    );
    expect(job.errors.map(({ row }) => row)).toEqual([3]);
    expect(await variantsOf("coat")).toEqual(["coat-S 1200 9", "coat-M 1000 5", "coat-L 1200 7"]);
    await again(plain("coat", "M", "12.00", 8));
    expect(await variantsOf("coat")).toEqual(["coat-M 1200 8"]);
  });

  test("does so for rows of the product that stand elsewhere, or cannot be read", async () => {
    await importOf(shop, first("vest"));
    const job = await again(
      plain("vest", "S", "12.00", 9),
      plain("else", "S", "12.00", 9),
      plain("vest", "M", "12.00", 8),
      "vest,vest,vest-L,L",
    );
    expect(job.errors.map(({ row }) => row)).toEqual([4, 5]);
    expect(await variantsOf("vest")).toEqual(["vest-S 1200 9", "vest-M 1000 5", "vest-L 1000 5"]);
  });

  test("leaves out a SKU that is another product's, on the row that names it, and its stock", async () => {
    await importOf(shop, first("boot"));
    await importOf(shop, first("shoe"));
    const stolen = plain("shoe", "M", "12.00", 9).replace("shoe-M", "boot-M");
    const repeat = () => again(plain("shoe", "S", "12.00", 9), stolen);
    const job = await repeat();
    expect(job.errors).toEqual([{ row: 3, message: "shoe: another product has the SKU boot-M" }]);
    const expected = ["shoe-S 1200 9", "shoe-M 1000 5", "shoe-L 1000 5"];
    expect(await variantsOf("shoe")).toEqual(expected);
    expect(await variantsOf("boot")).toContain("boot-M 1000 5");
    expect((await repeat()).errors).toEqual(job.errors);
    expect(await variantsOf("shoe")).toEqual(expected);
  });

  test("does so for Shopify's columns", async () => {
    const rows = (...prices: string[]) =>
      file(
        ...SIZES.map((size, n) =>
          (n === 0 ? productRow : variantRow)({
            ...{ Handle: "hat", "Variant SKU": `hat-${size}`, "Variant Inventory Qty": "5" },
            ...{ "Option1 Name": "Size", "Option1 Value": size, "Variant Price": prices[n] ?? "" },
          }),
        ),
      );
    await importOf(shop, rows("10", "10", "10"));
    const job = await importOf(shop, rows("free", "12", "12"));
    expect(job.errors.map(({ row }) => row)).toEqual([2]);
    expect(await variantsOf("hat")).toEqual(["hat-S 1000 5", "hat-M 1200 5", "hat-L 1200 5"]);
  });
});
