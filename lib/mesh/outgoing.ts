/** What is to be published, and how it is told apart from the rest. */
export interface Letter {
  readonly subject: string;
  readonly data: Buffer;
  readonly reply: string | undefined;
}

/** Those who answer begin with the first ones while this process still makes the next. */
const MOST = 16;

/**
 * Holds back what is sent within one turn of the event loop, and publishes it together: nats.js writes
 * to its socket once for every request that it is given by itself, and a write costs more than all that
 * we do about a packet.
 */
export class Outgoing {
  readonly #publish: (letter: Letter) => void;
  #waiting: Letter[] = [];
  #published = Promise.withResolvers<void>();

  constructor(publish: (letter: Letter) => void) {
    this.#publish = publish;
  }

  /** Resolves when the letter, and all before it, are published; rejects when they cannot be. */
  add(letter: Letter): Promise<void> {
    const { promise } = this.#published;
    const waiting = this.#waiting.push(letter);
    if (waiting === 1) setImmediate(() => this.flush());
    if (waiting === MOST) this.flush();
    return promise;
  }

  flush(): void {
    const [letters, { resolve, reject }] = [this.#waiting, this.#published];
    if (letters.length === 0) return;
    this.#waiting = [];
    this.#published = Promise.withResolvers();
    try {
      for (const letter of letters) this.#publish(letter);
      resolve();
    } catch (error) {
      reject(error);
    }
  }
}
