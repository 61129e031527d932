export interface ServerSentEvent {
  readonly event: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** Reads a text/event-stream, one event at a time. */
export class EventStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";
  /** Comments, as `ping`. */
  readonly comments: string[] = [];

  private constructor(
    readonly response: Response,
    readonly abort: () => void,
  ) {
    if (!response.body) throw new Error("no body");
    this.#reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  }

  static async open(url: string, headers: Record<string, string>): Promise<EventStream> {
    const controller = new AbortController();
    const response = await fetch(url, { headers, signal: controller.signal });
    return new EventStream(response, () => controller.abort());
  }

  /** The next event; null at the end of the stream. */
  async next(): Promise<ServerSentEvent | null> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end !== -1) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        const event = this.#parse(block);
        if (event) return event;
        continue;
      }
      const { done, value } = await this.#reader.read();
      if (done) return null;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  /** All that comes until the stream ends. */
  async rest(): Promise<ServerSentEvent[]> {
    const events: ServerSentEvent[] = [];
    for (let event = await this.next(); event; event = await this.next()) events.push(event);
    return events;
  }

  #parse(block: string): ServerSentEvent | null {
    const fields = new Map<string, string>();
    for (const line of block.split("\n")) {
      const [name = "", ...value] = line.split(": ");
      if (line.startsWith(":")) this.comments.push(line.slice(1).trim());
      else fields.set(name, value.join(": "));
    }
    const data = fields.get("data");
    if (data === undefined) return null;
    return {
      event: fields.get("event") ?? "",
      id: fields.get("id") ?? "",
      data: JSON.parse(data) as Record<string, unknown>,
    };
  }
}
