/** What a decoder puts in place of bytes that are no UTF-8. */
export const UNDECODABLE = "\uFFFD";

/** One line without control characters, which PostgreSQL and clients choke on. */
export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

/** The first `length` characters, never half of one: PostgreSQL refuses lone surrogates. */
export const cut = (text: string, length: number): string =>
  text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");

const QUOTED_LENGTH = 40;

/** A cell's text for a message. */
export function quoted(text: string): string {
  const line = oneLine(text);
  return line.length > QUOTED_LENGTH ? `"${cut(line, QUOTED_LENGTH)}…"` : `"${line}"`;
}

/** The complaint about a text over its limit, if it is over. */
export function tooLong(what: string, text: string, limit: number): string | undefined {
  if (text.length <= limit) return undefined;
  return `${what} has ${text.length} characters; at most ${limit} are allowed`;
}
