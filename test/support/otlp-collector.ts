import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

export interface CollectedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, string | number | boolean>>;
}
interface Export {
  readonly resourceSpans: {
    readonly resource: { readonly attributes: Attribute[] };
    readonly scopeSpans: {
      readonly spans: (Omit<CollectedSpan, "service" | "attributes"> & {
        attributes: Attribute[];
      })[];
    }[];
  }[];
}

/** Takes spans by OTLP/HTTP as JSON, as an OpenTelemetry collector does. */
export class OtlpCollector {
  readonly spans: CollectedSpan[] = [];
  /** All that came, as it came. */
  raw = "";
  /** Each body, a character a byte. */
  readonly bodies: string[] = [];
  /** What the next requests are answered. */
  status = 200;
  /** How long they wait for it. */
  delayMs = 0;
  requests: { readonly path: string; readonly authorization: string | undefined }[] = [];

  private constructor(readonly server: Server) {}

  static async start(): Promise<OtlpCollector> {
    const server = createServer();
    const collector = new OtlpCollector(server);
    server.on("request", (req, res) => {
      void buffer(req).then(async (bytes) => {
        await sleep(collector.delayMs);
        const body = bytes.toString();
        collector.bodies.push(bytes.toString("latin1"));
        collector.requests.push({
          path: req.url ?? "",
          authorization: req.headers.authorization,
        });
        if (collector.status === 200) collector.#take(body);
        res.writeHead(collector.status, { "content-type": "application/json" }).end("{}");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  #take(body: string): void {
    this.raw += body;
    for (const { resource, scopeSpans } of (JSON.parse(body) as Export).resourceSpans) {
      const service = String(plain(resource.attributes)["service.name"]);
      for (const { spans } of scopeSpans) {
        for (const span of spans) {
          this.spans.push({ ...span, service, attributes: plain(span.attributes) });
        }
      }
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const plain = (attributes: readonly Attribute[]): CollectedSpan["attributes"] =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? ""]));
