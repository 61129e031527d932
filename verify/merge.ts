/** A row of a stream that is sorted by its key. */
export interface Keyed {
  readonly key: string;
}

type RowOf<S> = S extends AsyncIterable<infer Row> ? Row : never;

export type Merged<Streams> = {
  readonly key: string;
  readonly rows: { readonly [Name in keyof Streams]: readonly RowOf<Streams[Name]>[] };
};

/** Joins streams that are all sorted by key: for each key, what every stream has of it. */
export async function* mergeByKey<Streams extends Record<string, AsyncIterable<Keyed>>>(
  streams: Streams,
): AsyncGenerator<Merged<Streams>> {
  const heads = await Promise.all(
    Object.entries(streams).map(async ([name, stream]) => Head.of(name, stream)),
  );
  for (;;) {
    const keys = heads.flatMap((head) => (head.row ? [head.row.key] : []));
    if (keys.length === 0) return;
    const key = keys.reduce((least, other) => (other < least ? other : least));
    const rows: Record<string, Keyed[]> = {};
    for (const head of heads) rows[head.name] = await head.take(key);
    // Each list holds rows of the stream of its name.
    yield { key, rows } as unknown as Merged<Streams>;
  }
}

/** The next row of a stream. */
class Head {
  row: Keyed | undefined;

  private constructor(
    readonly name: string,
    readonly rows: AsyncIterator<Keyed>,
  ) {}

  static async of(name: string, stream: AsyncIterable<Keyed>): Promise<Head> {
    const head = new Head(name, stream[Symbol.asyncIterator]());
    await head.#advance();
    return head;
  }

  async take(key: string): Promise<Keyed[]> {
    const taken: Keyed[] = [];
    while (this.row?.key === key) {
      taken.push(this.row);
      await this.#advance();
    }
    return taken;
  }

  async #advance(): Promise<void> {
    const last = this.row?.key;
    const next = await this.rows.next();
    this.row = next.done ? undefined : next.value;
    if (last !== undefined && this.row && this.row.key < last) {
      throw new Error(`${this.name} is not sorted: ${this.row.key} after ${last}`);
    }
  }
}
