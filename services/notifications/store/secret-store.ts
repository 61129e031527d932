import type { Queryable } from "../../../lib/store/database";

/** A secret of this service by its name, made when first asked for; the same one on every node. */
export async function secretOf(db: Queryable, name: string, make: () => string): Promise<string> {
  await db.query("INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
    name,
    make(),
  ]);
  const [row] = await db.query<{ value: string }>("SELECT value FROM secret WHERE name = $1", [
    name,
  ]);
  if (!row) throw new Error(`the secret ${name} is gone`);
  return row.value;
}
