import { createHash } from "node:crypto";
import type { Sharp } from "sharp";
import { invalidField } from "../../../contracts/errors";

const FORMATS = ["jpeg", "png", "webp"];
/** A picture needs four bytes a pixel while it is worked on. */
const MAX_PIXELS = 40_000_000;
/** Seconds. */
const MAX_TIME = 20;
/** The longer side in pixels; a smaller picture is not blown up. */
const SIZES = { large: 1_200, small: 300 } as const;
const NAME = /^[0-9a-f]{64}-(1200|300)\.webp$/;

export interface Variant {
  /** Of the content that was uploaded, so that the same picture is stored once. */
  readonly name: string;
  readonly bytes: Buffer;
}

export const isImageName = (name: string): boolean => NAME.test(name);

/**
 * An upload as WebP in two sizes. Its content decides what it is, whatever it was called. It is drawn
 * anew, upright and in sRGB, which leaves behind where it was taken and all else that it carried along.
 * VALIDATION_FAILED for what is no JPEG, PNG or WebP picture, or has more than 40 million pixels.
 */
export async function makeVariants(upload: Buffer): Promise<Record<keyof typeof SIZES, Variant>> {
  const hash = createHash("sha256").update(upload).digest("hex");
  // 10 MB, for those who have pictures.
  const { default: sharp } = await import("sharp");
  try {
    const picture = sharp(upload, { failOn: "error", limitInputPixels: MAX_PIXELS, pages: 1 });
    const { format } = await picture.metadata();
    if (!FORMATS.includes(format)) throw new Error(`it is ${format}`);
    const upright = picture.timeout({ seconds: MAX_TIME }).autoOrient();
    return {
      large: await variantOf(upright, hash, SIZES.large),
      small: await variantOf(upright, hash, SIZES.small),
    };
  } catch {
    // What the decoder has to say is about its insides.
    throw invalidField("/image", "is no JPEG, PNG or WebP picture of at most 40 million pixels");
  }
}

async function variantOf(picture: Sharp, hash: string, size: number): Promise<Variant> {
  const bytes = await picture
    .clone()
    .resize({ width: size, height: size, fit: "inside", withoutEnlargement: true })
    .webp({ quality: 80 })
    .toBuffer();
  return { name: `${hash}-${size}.webp`, bytes };
}
