/**
 * Opaque list cursors: the sort key of the last item that was seen, so that rows inserted meanwhile
 * move nothing (no offsets). Base64url of JSON; a forged one can only point elsewhere in one's own list.
 */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** The key of a cursor, or null when it is not one of ours with `length` parts. */
export function decodeCursor(cursor: string, length: number): (string | number)[] | null {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    const good =
      Array.isArray(key) &&
      key.length === length &&
      key.every((part) => typeof part === "string" || Number.isFinite(part));
    return good ? (key as (string | number)[]) : null;
  } catch {
    return null;
  }
}

/** Cuts `limit + 1` fetched rows to a page, with the cursor of its last row when there are more. */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number)[],
): { rows: Row[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page,
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
}
