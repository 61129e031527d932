import type { IncomingMessage, Server, ServerResponse } from "node:http";
import {
  MetricReporters,
  type BrokerOptions,
  type MetricRegistry,
  type ServiceBroker,
} from "moleculer";
import { answerHealth } from "./health-endpoint";
import { registerMetrics, type MetricDefinition, type MetricTable } from "./meter";

const { Prometheus } = MetricReporters;

/** As Moleculer keeps the values of one set of labels. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly buckets?: Readonly<Record<string, number>>;
}

type Render = () => Promise<string>;
const TEXT = "text/plain; version=0.0.4; charset=utf-8";
const pages = new WeakMap<ServiceBroker, Map<string, Render>>();

/** Serves another page of metrics at `path` of this node's METRICS_PORT. */
export function serveMetrics(broker: ServiceBroker, path: string, render: Render): void {
  const own = pages.get(broker) ?? new Map<string, Render>();
  pages.set(broker, own.set(path, render));
}

/**
 * Moleculer's Prometheus endpoint, writing what Prometheus reads: Moleculer's own text has histograms
 * without sum and count, and names that contradict its types. It also dies with a bare stack when its
 * port is taken. Only metrics of the table are written.
 */
class PrometheusEndpoint extends Prometheus {
  constructor(
    readonly table: MetricTable,
    port: number,
  ) {
    super({ port, path: "/metrics" });
  }

  override init(registry: MetricRegistry): void {
    super.init(registry);
    registerMetrics(registry, this.table);
    const { server } = this as unknown as { server: Server }; // declared by nobody, set by `init`
    server.once("error", (error) => {
      console.error(`METRICS_PORT: ${error.message}; choose another, or off`);
      process.exit(1);
    });
    // Scrapes must not keep a process alive that wants to end.
    server.unref();
  }

  override handler(req: IncomingMessage, res: ServerResponse): void {
    const { registry } = this as unknown as { registry: MetricRegistry };
    if (answerHealth(registry.broker, req, res)) return;
    const render = pages.get(registry.broker)?.get(req.url ?? "");
    if (!render) return super.handler(req, res);
    render().then(
      (text) => res.writeHead(200, { "content-type": TEXT }).end(text),
      (error: unknown) => {
        registry.logger.error(error);
        res.writeHead(500).end();
      },
    );
  }

  override generatePrometheusResponse(): string {
    const { registry } = this as unknown as { registry: MetricRegistry };
    const { nodeID } = registry.broker;
    return Object.entries(this.table)
      .map(([name, definition]) => {
        // Moleculer types a metric by its kind; a snapshot is the same for those we use.
        const metric = registry.getMetric(name) as unknown as {
          snapshot(): Sample[];
        } | null;
        return metric ? exposition(name, definition, metric.snapshot(), nodeID) : "";
      })
      .join("");
  }
}

function exposition(
  name: string,
  { type, help, labels, buckets = [] }: MetricDefinition,
  samples: readonly Sample[],
  node: string,
): string {
  if (samples.length === 0) return "";
  // Where it tells of another node, Prometheus' own label says who tells.
  const here = labels.includes("node") ? [] : [`node="${escaped(node)}"`];
  const lines = samples.flatMap((sample) => {
    const own = labels.map((label) => `${label}="${escaped(sample.labels[label])}"`);
    const line = (suffix: string, value = 0, extra: string[] = []): string =>
      `${name}${suffix}{${[...here, ...own, ...extra].join(",")}} ${value}`;
    if (type !== "histogram") return line("", sample.value);
    return [
      ...buckets.map((le) => line("_bucket", sample.buckets?.[le], [`le="${le}"`])),
      line("_bucket", sample.count, ['le="+Inf"']),
      line("_sum", sample.sum),
      line("_count", sample.count),
    ];
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`;
}

const escaped = (value = ""): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

/** `/metrics` and the node's health on `port` (0: any free one), or nothing at all. */
export function metricsOf(
  port: number | null,
  table: MetricTable,
): NonNullable<BrokerOptions["metrics"]> {
  if (port === null) return { enabled: false };
  // Moleculer takes an instance of a reporter; its types know the names of its own ones only.
  const reporter = new PrometheusEndpoint(table, port) as unknown as "Prometheus";
  // Its own process metrics tell arguments and user names to whoever scrapes.
  return { enabled: true, collectProcessMetrics: false, reporter: [reporter] };
}
