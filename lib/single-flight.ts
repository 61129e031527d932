/**
 * One question a key is under way at a time: who asks meanwhile waits for the same answer. What was
 * asked before `forget` is neither kept nor shared with later comers.
 */
export class SingleFlight<T> {
  readonly #loading = new Map<string, Promise<T>>();

  /** The answer that is under way, or the one that `load` brings, which is given to `keep`. */
  async run(key: string, load: () => Promise<T>, keep: (answer: T) => void): Promise<T> {
    const running = this.#loading.get(key);
    if (running) return running;
    const loading = load();
    this.#loading.set(key, loading);
    try {
      const answer = await loading;
      if (this.#loading.get(key) === loading) keep(answer);
      return answer;
    } finally {
      if (this.#loading.get(key) === loading) this.#loading.delete(key);
    }
  }

  forget(isMeant: (key: string) => boolean = () => true): void {
    for (const key of this.#loading.keys()) if (isMeant(key)) this.#loading.delete(key);
  }
}
