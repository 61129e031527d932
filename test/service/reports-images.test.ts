import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Product } from "../../contracts/catalog";
import { newId } from "../../lib/ids";
import { accessTokenSigner, newPrivateKey } from "../../lib/mesh/access-token";
import { published } from "../support/doubles";
import { startTestShop, type TestShop } from "../support/shop";

const admin = { id: newId(), roles: ["admin"] };
let shop: TestShop;
let product: Product;
let authorization: string;

const drawing = (width = 1_600, height = 800) =>
  sharp({ create: { width, height, channels: 3, background: "#c84" } });

beforeAll(async () => {
  const tokens = await accessTokenSigner(newPrivateKey());
  const users = published("users", { jwks: () => tokens.keySet });
  shop = await startTestShop({ services: ["gateway", "catalog", "reports"], doubles: [users] });
  authorization = `Bearer ${await tokens.sign(admin)}`;
  const variants = [{ sku: "L-1", price: { amount: 100, currency: "EUR" } }];
  product = await shop.call("catalog.create", { name: "Lamp", variants }, admin);
});

afterAll(() => shop.stop());

const upload = (body: Buffer, type: string, id = product.id) =>
  fetch(`${shop.url}/api/v1/admin/products/${id}/images?alt=A%20lamp`, {
    ...{ method: "POST", body: new Uint8Array(body) },
    headers: { authorization, "content-type": type },
  });

test.each(["jpeg", "png", "webp"] as const)("a picture as %s gets two sizes", async (format) => {
  const answer = await upload(await drawing().toFormat(format).toBuffer(), `image/${format}`);
  expect(answer.status).toBe(201);
  const { url, thumbnail } = (await answer.json()) as { url: string; thumbnail: string };
  expect(answer.headers.get("location")).toBe(url);
  for (const [path, width] of [
    [url, 1_200],
    [thumbnail, 300],
  ] as const) {
    const picture = await fetch(shop.url + path);
    expect(picture.headers.get("content-type")).toBe("image/webp");
    expect(picture.headers.get("cache-control")).toContain("immutable");
    const bytes = Buffer.from(await picture.arrayBuffer());
    expect(await sharp(bytes).metadata()).toMatchObject({ format: "webp", width });
  }
  const { images } = await shop.call("catalog.get", { idOrSlug: product.id });
  expect(images).toContainEqual({ url, alt: "A lamp" });
});

test("the same picture twice is one", async () => {
  const bytes = await drawing(10, 10).png().toBuffer();
  await upload(bytes, "image/png");
  const { images } = await shop.call("catalog.get", { idOrSlug: product.id });
  await upload(bytes, "image/png");
  expect((await shop.call("catalog.get", { idOrSlug: product.id })).images).toEqual(images);
});

test("what a camera noted down, as where it was, does not go on line", async () => {
  const exif = { IFD0: { Copyright: "Alice" }, IFD3: { GPSLatitude: "51/1 30/1 0/1" } };
  const bytes = await drawing().withExif(exif).jpeg().toBuffer();
  expect((await sharp(bytes).metadata()).exif).toBeDefined();
  const { url } = (await (await upload(bytes, "image/jpeg")).json()) as { url: string };
  const served = Buffer.from(await (await fetch(shop.url + url)).arrayBuffer());
  expect((await sharp(served).metadata()).exif).toBeUndefined();
});

test("what is no picture is refused, whatever it says it is", async () => {
  const png = await drawing(100, 100).png().toBuffer();
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  const rubbish = [
    Buffer.from("hello"),
    svg,
    png.subarray(0, png.length / 2),
    await drawing(9, 9).gif().toBuffer(),
    await drawing(9_000, 9_000).png().toBuffer(),
  ];
  for (const bytes of rubbish) {
    const answer = await upload(bytes, "image/png");
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: "VALIDATION_FAILED" });
  }
  expect((await upload(png, "image/gif")).status).toBe(415);
  expect((await upload(Buffer.alloc(11 * 2 ** 20), "image/png")).status).toBe(413);
  expect((await upload(png, "image/png", newId())).status).toBe(404);
});

test.each(["x.webp", "..%2F..%2Fpackage.json", `${"a".repeat(64)}-300.webp`])(
  "there is nothing at /media/%s",
  async (name) => {
    expect((await fetch(`${shop.url}/media/${name}`)).status).toBe(404);
  },
);
