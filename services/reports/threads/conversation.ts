import { on } from "node:events";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { Piscina } from "piscina";
import { taskOf, type TaskName } from "./pool";

/** What a thread asks of the main one, one question at a time. */
type Question<Item> =
  { readonly kind: "read" } | { readonly kind: "take"; readonly items: readonly Item[] };
type Answer = { readonly chunk: Uint8Array | null } | { readonly taken: true };

/** A task that reads a file, and gives items while it does. `port` leads to the main thread. */
export interface FileTask<Options> {
  readonly port: MessagePort;
  readonly options: Options;
}

/**
 * Main: runs a task of the pool over `file`, and yields the items that it gives, a batch at a time.
 * Returns the task's result. The thread reads no further than one batch ahead.
 */
export async function* converse<Item, Result>(
  pool: Piscina,
  name: TaskName,
  file: AsyncGenerator<Buffer, void>,
  options: object,
): AsyncGenerator<readonly Item[], Result> {
  const { port1: here, port2: there } = new MessageChannel();
  const task: FileTask<object> = { port: there, options };
  // Piscina types what its tasks answer as anything.
  const done = pool.run(task, { ...taskOf(name), transferList: [there] }) as Promise<Result>;
  // Awaited below; until then nobody listens to its failure.
  done.catch(() => here.close());
  try {
    // Only `Conversation` writes into the other end.
    const questions = on(here, "message", { close: ["close"] }) as AsyncIterable<[Question<Item>]>;
    for await (const [asked] of questions) {
      if (asked.kind === "take") yield asked.items;
      here.postMessage(asked.kind === "take" ? TAKEN : await read(file));
    }
    return await done;
  } finally {
    here.close();
    await file.return(undefined);
  }
}

const TAKEN: Answer = { taken: true };

async function read(file: AsyncGenerator<Buffer, void>): Promise<Answer> {
  const next = await file.next();
  return { chunk: next.done ? null : next.value };
}

/** Thread: the other side. Every question fails once the main thread listens no more. */
export class Conversation<Item> {
  readonly #port: MessagePort;
  #closed = false;

  constructor(port: MessagePort) {
    this.#port = port;
    port.once("close", () => (this.#closed = true));
  }

  /** The file, from its beginning. */
  async *file(): AsyncGenerator<Buffer> {
    for (;;) {
      const answer = await this.#ask({ kind: "read" });
      if (!("chunk" in answer) || answer.chunk === null) return;
      yield Buffer.from(answer.chunk.buffer, answer.chunk.byteOffset, answer.chunk.byteLength);
    }
  }

  /** Resolves when all of `items` are done with. */
  async give(items: readonly Item[]): Promise<void> {
    await this.#ask({ kind: "take", items });
  }

  end(): void {
    this.#port.close();
  }

  #ask(question: Question<Item>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const port = this.#port;
      const onMessage = (answer: Answer): void => {
        port.off("close", onClose);
        resolve(answer);
      };
      const onClose = (): void => reject(new Error("nobody waits for this any more"));
      if (this.#closed) return onClose();
      port.once("message", onMessage).once("close", onClose);
      port.postMessage(question);
    });
  }
}
