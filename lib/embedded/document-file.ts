import type { ServiceBroker } from "moleculer";
import DbService from "moleculer-db";
import { messageOf, unavailable } from "../errors";
import { rewriteFile } from "./rewrite-file";
import { cutTornTail } from "./torn-tail";

export interface DocumentFileOptions {
  readonly file: string;
  /** Fields, also within arrays (`variants.sku`), no value of which two documents may share. */
  readonly unique: readonly string[];
  /** After how many writes the file is written anew; by default 20,000. */
  readonly compactAfterWrites?: number;
}

export interface Document {
  readonly _id: string;
}

/** What NeDB's data store offers beyond the adapter's interface, and is used here. */
interface Datastore {
  loadDatabase(): Promise<void>;
  ensureIndex(options: { fieldName: string; unique: true; sparse: true }): Promise<void>;
  updateAsync(
    query: object,
    update: object,
    options: { multi: true },
  ): Promise<{ numAffected: number }>;
  getAllData(): readonly Document[];
}

/** Or as many as there are documents, so that the work stays in proportion. */
const COMPACT_AFTER_WRITES = 20_000;

/** JSON leaves these as they are, and NeDB would end its lines at them when it reads them again. */
const LINE_BREAKS = /[\u0085\u2028\u2029]/g;

/**
 * moleculer-db's own adapter (NeDB) over a file, made safe where NeDB is not:
 * a line torn by a crash is cut instead of counted as corrupt, any other damage refuses to start
 * (NeDB drops up to a tenth in silence); text may contain Unicode line breaks; writes go one by one,
 * so that none is appended to half a line that the disk refused.
 *
 * A write that resolved survives `kill -9`. No private fields: Moleculer clones what is in a schema.
 */
export class DocumentFile extends DbService.MemoryAdapter {
  /** Gets all documents whenever they were read from the file: at the start, and after a failed write. */
  onLoad: (documents: readonly Document[]) => void = () => undefined;
  // Members that moleculer-db has and does not declare.
  declare db: Datastore | null;
  declare broker?: ServiceBroker;
  private last: Promise<unknown> = Promise.resolve();
  private writes = 0;
  private compactAfter: number;
  private suspect = false;

  constructor(readonly options: DocumentFileOptions) {
    super({
      filename: options.file,
      corruptAlertThreshold: 0,
      afterSerialization: onOneLine,
      beforeDeserialization: (line: string) => line,
    });
    this.compactAfter = options.compactAfterWrites ?? COMPACT_AFTER_WRITES;
  }

  override async connect(): Promise<void> {
    await cutTornTail(this.options.file);
    await super.connect().catch(explainDamage);
    for (const fieldName of this.options.unique) {
      await this.store.ensureIndex({ fieldName, unique: true, sparse: true });
    }
    await this.announce();
  }

  override async disconnect(): Promise<void> {
    await this.last;
    this.db = null;
  }

  /** Throws an error for which `isDuplicate` holds when a unique value is taken. */
  override insert(document: Document): Promise<object> {
    return this.write(() => super.insert(document));
  }

  /** Returns how many documents it changed. */
  override updateMany(query: object, update: object): Promise<number> {
    return this.write(async () => {
      // moleculer-db's own way to here makes Node warn of `promisify` at each start.
      const { numAffected } = await this.store.updateAsync(query, update, { multi: true });
      return numAffected;
    });
  }

  private get store(): Datastore {
    if (!this.db) throw unavailable(new Error(`${this.options.file} is closed`));
    return this.db;
  }

  private write<T>(run: () => Promise<T>): Promise<T> {
    const result = this.last.then(() => this.writeAlone(run));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async writeAlone<T>(run: () => Promise<T>): Promise<T> {
    try {
      if (this.suspect) await this.reload();
      const result = await run();
      if (++this.writes >= this.compactAfter) await this.compact();
      return result;
    } catch (error) {
      if (isDuplicate(error)) throw error; // refused before anything was written
      // NeDB's memory has what the file may lack, and the file may end in half a line.
      this.suspect = true;
      throw unavailable(error);
    }
  }

  /** The file is the truth again. */
  private async reload(): Promise<void> {
    await cutTornTail(this.options.file);
    await this.store.loadDatabase();
    this.suspect = false;
    await this.announce();
  }

  private async announce(): Promise<void> {
    this.onLoad((await this.find({})) as Document[]);
  }

  /** NeDB's own way makes one list of all lines, while everybody waits. A failure leaves the old file. */
  private async compact(): Promise<void> {
    this.writes = 0;
    const documents = this.store.getAllData();
    const { file, unique, compactAfterWrites = COMPACT_AFTER_WRITES } = this.options;
    this.compactAfter = Math.max(compactAfterWrites, 2 * documents.length);
    try {
      await rewriteFile(file, linesOf(documents, unique));
    } catch (error) {
      this.broker?.logger.warn(`cannot compact ${file}: ${messageOf(error)}`);
    }
  }
}

const onOneLine = (line: string): string =>
  line.replace(LINE_BREAKS, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** As NeDB writes them; documents of JSON's own types need nothing more. */
function* linesOf(documents: readonly Document[], unique: readonly string[]): Generator<string> {
  for (const document of documents) yield onOneLine(JSON.stringify(document));
  for (const fieldName of unique) {
    yield JSON.stringify({ $$indexCreated: { fieldName, unique: true, sparse: true } });
  }
}

/** NeDB's own words are of thresholds and percentages. */
function explainDamage(error: unknown): never {
  if (!(error instanceof Error) || !("corruptItems" in error)) throw error;
  throw new Error(
    `${String(error.corruptItems)} lines are damaged; restore the file from a copy, or take them out by hand`,
    { cause: error },
  );
}

export const isDuplicate = (error: unknown): boolean =>
  error instanceof Error && "errorType" in error && error.errorType === "uniqueViolated";
