/**
 * Rows as lines of text, under a head. A column whose head begins with `>` holds numbers, which are
 * read by their last character.
 */
export function textTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const columns = heads.map((head) => ({
    right: head.startsWith(">"),
    name: head.replace(">", ""),
  }));
  const lines = [columns.map(({ name }) => name), ...rows];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? "").length)));
  return lines.map((line) =>
    columns
      .map(({ right }, i) => {
        const cell = line[i] ?? "";
        const width = widths[i] ?? 0;
        return right ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
