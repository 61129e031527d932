import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILE = join(__dirname, "..", "docs", "reliability.md");

/** Writes what `npm run chaos:<name> -- --write` found into its place in docs/reliability.md. */
export async function writeResult(name: "matrix" | "mutants", table: string): Promise<void> {
  const begin = `<!-- ${name}: written by npm run chaos:${name} -- --write -->`;
  const end = `<!-- /${name} -->`;
  const text = await readFile(FILE, "utf8");
  const [head, rest] = text.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`${FILE} has no place for it`);
  await writeFile(FILE, `${head}${begin}\n\n${table}\n${end}${tail}`);
}
