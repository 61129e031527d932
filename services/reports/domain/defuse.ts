/**
 * A text that a spreadsheet would take for a formula, made harmless for a CSV file: what begins with
 * one of `= + - @`, also in the full width of East Asian texts, a tab or a carriage return gets an
 * apostrophe, also behind spaces.
 */
export const defuse = (text: string): string =>
  /^[\s]*[=+\-@＝＋－＠\t\r]/.test(text) ? `'${text}` : text;

/** A cell of a CSV file. */
export function csvCell(value: string): string {
  const safe = defuse(value);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
