import type { Queryable } from "../../../lib/store/database";
import type { ImageStore } from "./image-store";
import { isImageName } from "./make-variants";

/** Pictures in the database of reports, so that every replica has them. */
export class DatabaseImageStore implements ImageStore {
  constructor(readonly db: Queryable) {}

  async put(name: string, bytes: Buffer): Promise<void> {
    if (!isImageName(name)) throw new Error(`no name of an image: ${name}`);
    await this.db.query("INSERT INTO image (name, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
      name,
      bytes,
    ]);
  }

  async get(name: string): Promise<Buffer | null> {
    if (!isImageName(name)) return null;
    const [row] = await this.db.query<{ bytes: Buffer }>(
      "SELECT bytes FROM image WHERE name = $1",
      [name],
    );
    return row?.bytes ?? null;
  }
}
