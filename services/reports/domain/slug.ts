import { withHash } from "./short-hash";

const SLUG_LIMIT = 100;

/** Letters that Unicode does not take apart into a base letter and a mark. */
const SPELLED_OUT: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
};

/** Lower case without accents: "Größe" → "grosse". Letters of other scripts stay. */
export function foldAccents(text: string): string {
  const bare = text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  return bare.replace(/[ßæœøđðþłı]/g, (letter) => SPELLED_OUT[letter] ?? "");
}

/** The ASCII words of a text, joined: "Shoe size (EU)" → "shoe-size-eu"; may be empty. */
export const dashed = (text: string): string =>
  (foldAccents(text).match(/[a-z0-9]+/g) ?? []).join("-");

/** Whether `dashed` drops letters or digits, so that different texts may become the same. */
export const losesLetters = (text: string): boolean =>
  /[\p{L}\p{N}]/u.test(foldAccents(text).replace(/[a-z0-9]+/g, ""));

/**
 * A handle or name as our slug: `[a-z0-9-]`, at most 100 characters, words parted by one hyphen.
 * A text that is too long or not in Latin letters keeps what it can and gets a hash of the whole;
 * `noun` stands where nothing could be kept.
 */
export function toSlug(text: string, noun: "product" | "category"): string {
  const slug = dashed(text);
  if (slug !== "" && slug.length <= SLUG_LIMIT && !losesLetters(text)) return slug;
  return withHash(slug || noun, text.toLowerCase().normalize("NFC"), SLUG_LIMIT);
}
