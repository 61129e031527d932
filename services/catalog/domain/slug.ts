const MAX_LENGTH = 100;

/** `Café Crème, 2nd ed.` → `cafe-creme-2nd-ed`. A name without a Latin letter or digit is `product`. */
export function slugOf(name: string): string {
  const dashed = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  return trimDashes(trimDashes(dashed).slice(0, MAX_LENGTH)) || "product";
}

/** The slugs to try for a name, best first; the last one is free for certain. */
export function* slugCandidates(name: string, id: string): Generator<string> {
  const slug = slugOf(name);
  yield slug;
  for (const suffix of ["2", "3", "4", "5", id.replaceAll("-", "")]) {
    yield `${trimDashes(slug.slice(0, MAX_LENGTH - suffix.length - 1))}-${suffix}`;
  }
}

/** `mens-shoes` → `Mens Shoes`, for a category of which only the slug is known. */
export const humanise = (slug: string): string =>
  slug
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");

const trimDashes = (text: string): string => text.replace(/^-+|-+$/g, "");
