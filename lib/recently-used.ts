/** A map that keeps the `limit` entries which were used last. */
export class RecentlyUsed<Key, Value> {
  readonly #limit: number;
  // A Map iterates in order of insertion, so its first key is the one unused for longest.
  readonly #entries = new Map<Key, Value>();
  // Whoever is used again and again stays where it is: a small map that is always reordered is always
  // laid out anew, and each old layout keeps the next one from being collected.
  #newest: Key | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined && key !== this.#newest) this.#putLast(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.#putLast(key, value);
    if (this.#entries.size <= this.#limit) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  #putLast(key: Key, value: Value): void {
    if (key !== this.#newest) this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#newest = key;
  }
}
