import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connectOptions, mongoDatabase, newMongoose } from "../../lib/store/mongo";
import type { Source } from "./source";

const none = async (): Promise<object[]> => [];

const words = (products: number): string[] =>
  products > 0 ? [`catalog: ${products} products with unpublished events`] : [];

/** The catalogue's documents carry the events that they have not published. It handles none. */
export const catalogFile = (dataDir: string): Source => ({
  underWay: async () => words(await countPending(join(dataDir, "catalog", "documents.db"))),
  dead: none,
});

export const catalogMongo = (url: string, namespace: string): Source => ({
  underWay: async () => words(await countPendingInMongo(url, mongoDatabase(namespace, "catalog"))),
  dead: none,
});

/** What stands in a line of the file: a document as it is from then on, or that it is gone. */
interface Line {
  readonly _id?: string;
  readonly pending?: readonly unknown[];
}

/** The file is a log: of each document, the last line counts. A shop may be writing to it. */
async function countPending(file: string): Promise<number> {
  if (!existsSync(file)) return 0;
  const pending = new Set<string>();
  for await (const text of createInterface({ input: createReadStream(file) })) {
    const line = parse(text);
    if (line?._id === undefined) continue;
    if ((line.pending?.length ?? 0) > 0) pending.add(line._id);
    else pending.delete(line._id);
  }
  return pending.size;
}

/** Undefined for half a line, which is being written or was when its process died. */
function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

async function countPendingInMongo(url: string, database: string): Promise<number> {
  const mongoose = newMongoose();
  const connection = await mongoose.createConnection(url, connectOptions(database)).asPromise();
  try {
    return await connection
      .collection("products")
      .countDocuments({ "pending.id": { $exists: true } });
  } finally {
    await connection.close();
  }
}
