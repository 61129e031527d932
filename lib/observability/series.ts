type Labels = Readonly<Record<string, string>>;

/** What Moleculer keeps for one set of labels: `value` of a counter or gauge, the others of a histogram. */
interface Kept {
  value: number;
  sum: number;
  count: number;
  lastValue: number | null;
  timestamp: number;
  readonly bucketValues: Record<string, number>;
}

/** A metric of Moleculer's registry, whose types leave out that each change returns what is kept. */
export interface RegisteredMetric {
  increment(labels: Labels, value: number): Kept;
  set(value: number, labels: Labels): Kept;
  observe(value: number, labels: Labels): Kept;
  reset(labels: Labels): void;
  /** What is kept, by the text that `hashingLabels` makes of labels. */
  readonly values: Map<string, Kept>;
  hashingLabels(labels: Labels): string;
  /** Makes snapshots and reporters take note. */
  changed(): void;
}

interface Branch {
  kept: Kept | null;
  readonly next: Map<string, Branch>;
}

const newBranch = (): Branch => ({ kept: null, next: new Map() });

export interface SeriesOptions {
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

/**
 * The series of one metric. Moleculer makes the first change to each and keeps its numbers; from then on
 * they are found by the labels' values one by one, and changed in place. Its own way joins the labels to
 * a text and names every bucket each time, which costs several times as much.
 */
export class Series {
  readonly #metric: RegisteredMetric;
  readonly #labels: readonly string[];
  /** Upper bounds, and the names under which Moleculer counts what is below them. */
  readonly #buckets: readonly (readonly [number, string])[];
  readonly #root = newBranch();

  constructor(metric: RegisteredMetric, { labels, buckets = [] }: SeriesOptions) {
    this.#metric = metric;
    this.#labels = labels;
    this.#buckets = buckets.map((bound) => [bound, String(bound)]);
  }

  add(value: number, labels: Labels): void {
    const branch = this.#branchOf(labels);
    if (branch.kept) this.#put(branch.kept, branch.kept.value + value);
    else branch.kept = this.#metric.increment(labels, value);
  }

  set(value: number, labels: Labels): void {
    const branch = this.#branchOf(labels);
    if (branch.kept) this.#put(branch.kept, value);
    else branch.kept = this.#metric.set(value, labels);
  }

  observe(value: number, labels: Labels): void {
    const branch = this.#branchOf(labels);
    if (branch.kept) this.#count(branch.kept, value);
    else branch.kept = this.#metric.observe(value, labels);
  }

  begin(labels: Labels): void {
    const branch = this.#branchOf(labels);
    if (branch.kept) return;
    // Moleculer makes a histogram's series with its first value only.
    branch.kept = this.#metric.observe(0, labels);
    this.#metric.reset(labels);
  }

  /** Of a metric with labels: until it is changed again, it is not there. */
  remove(labels: Labels): void {
    const last = this.#labels.at(-1) ?? "";
    this.#branchOf(labels, this.#labels.slice(0, -1)).next.delete(labels[last] ?? "");
    if (this.#metric.values.delete(this.#metric.hashingLabels(labels))) this.#metric.changed();
  }

  #put(kept: Kept, value: number): void {
    if (kept.value === value) return;
    kept.value = value;
    kept.timestamp = Date.now();
    this.#metric.changed();
  }

  #count(kept: Kept, value: number): void {
    kept.sum += value;
    kept.count += 1;
    kept.lastValue = value;
    kept.timestamp = Date.now();
    for (const [bound, name] of this.#buckets) {
      if (value <= bound) kept.bucketValues[name] = (kept.bucketValues[name] ?? 0) + 1;
    }
    this.#metric.changed();
  }

  #branchOf(labels: Labels, names = this.#labels): Branch {
    let branch = this.#root;
    for (const name of names) {
      const value = labels[name] ?? "";
      let next = branch.next.get(value);
      if (!next) branch.next.set(value, (next = newBranch()));
      branch = next;
    }
    return branch;
  }
}
