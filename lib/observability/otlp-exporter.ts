import { TracerExporters, type Span, type Tracer } from "moleculer";
import { messageOf } from "../errors";
import { meshMetrics } from "./mesh-metrics";
import { meterOf, type Meter } from "./meter";
import { otlpTraces } from "./otlp-json";

export interface OtlpOptions {
  /** As OTEL_EXPORTER_OTLP_ENDPOINT: without `/v1/traces`; may carry a login. */
  readonly endpoint: string;
  readonly namespace: string;
}

const BATCH = 512;
const QUEUE_LIMIT = 8_192;
const INTERVAL_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const TIMEOUT_MS = 5_000;
const LAST_FLUSH_MS = 2_000;
/** What OTLP/HTTP calls worth another try. */
const RETRYABLE = new Set([429, 502, 503, 504]);

type Delivery = "taken" | "refused" | "later";

/**
 * Sends Moleculer's spans by OTLP/HTTP as JSON, in batches, from a queue that holds so many and no
 * more. Whatever the collector does, nobody waits for it: what finds no room is dropped and counted.
 */
export class OtlpExporter extends TracerExporters.Base {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #namespace: string;
  #meter: Meter<typeof meshMetrics> | undefined;
  #queue: Span[] = [];
  #timer: NodeJS.Timeout | undefined;
  #pause = INTERVAL_MS;
  #sending: Promise<void> | null = null;
  #stopped = false;

  constructor({ endpoint, namespace }: OtlpOptions) {
    super({});
    const url = new URL(endpoint);
    const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    this.#headers = {
      "content-type": "application/json",
      ...(url.username ? { authorization: `Basic ${btoa(login)}` } : {}),
    };
    url.username = url.password = "";
    url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/traces`;
    this.#url = url.toString();
    this.#namespace = namespace;
  }

  override init(tracer: Tracer): void {
    super.init(tracer);
    this.#meter = meterOf(tracer.broker, meshMetrics);
  }

  override spanFinished(span: Span): void {
    if (this.#queue.length >= QUEUE_LIMIT) {
      this.#meter?.add("mesh_spans_dropped_total", { reason: "queue full" });
      return;
    }
    this.#queue.push(span);
    if (this.#queue.length >= BATCH && this.#pause === INTERVAL_MS) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), this.#pause).unref();
  }

  /** Sends what is left, for as long as a stopping process may wait for a collector. */
  override async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#sending;
    const end = performance.now() + LAST_FLUSH_MS;
    while (this.#queue.length > 0 && performance.now() < end) {
      if (!(await this.#sendBatch(LAST_FLUSH_MS))) break;
    }
    if (this.#queue.length > 0) this.#drop(this.#queue.length, "stopped");
    this.#queue = [];
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#sending || this.#stopped) return;
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = null;
      if (this.#queue.length > 0 && !this.#stopped) {
        this.#timer ??= setTimeout(() => this.#send(), this.#pause).unref();
      }
    });
  }

  async #sendAll(): Promise<void> {
    while (this.#queue.length > 0 && !this.#stopped) {
      if (!(await this.#sendBatch(TIMEOUT_MS))) return;
    }
  }

  /** False when the collector wants to be left alone for a while. */
  async #sendBatch(timeoutMs: number): Promise<boolean> {
    const batch = this.#queue.slice(0, BATCH);
    const delivery = await this.#post(batch, timeoutMs);
    if (delivery === "later") {
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
      return false;
    }
    this.#queue = this.#queue.slice(batch.length);
    this.#pause = INTERVAL_MS;
    if (delivery === "taken") this.#meter?.add("mesh_spans_exported_total", {}, batch.length);
    else this.#drop(batch.length, "refused");
    return true;
  }

  async #post(batch: readonly Span[], timeoutMs: number): Promise<Delivery> {
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: this.#headers,
        body: JSON.stringify(otlpTraces(batch, this.#namespace, this.broker.nodeID)),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body?.cancel();
      if (response.ok) return "taken";
      this.logger.warn(`the trace collector answers ${response.status}`);
      return RETRYABLE.has(response.status) ? "later" : "refused";
    } catch (error) {
      // Told once for each outage: the pause grows with the failures.
      if (this.#pause === INTERVAL_MS) {
        this.logger.warn(`the trace collector is away: ${messageOf(error)}`);
      }
      return "later";
    }
  }

  #drop(count: number, reason: string): void {
    this.#meter?.add("mesh_spans_dropped_total", { reason }, count);
  }
}
