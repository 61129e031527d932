import type { Server } from "node:http";
import { MetricReporters, type BrokerOptions } from "moleculer";

/** Moleculer's Prometheus endpoint, which by itself dies with a bare stack when its port is taken. */
class PrometheusEndpoint extends MetricReporters.Prometheus {
  override init(registry: Parameters<InstanceType<typeof MetricReporters.Prometheus>["init"]>[0]) {
    super.init(registry);
    const { server } = this as unknown as { server: Server }; // declared by nobody, set by `init`
    server.once("error", (error) => {
      console.error(`METRICS_PORT: ${error.message}; choose another, or off`);
      process.exit(1);
    });
    // Scrapes must not keep a process alive that wants to end.
    server.unref();
  }
}

/** `/metrics` on `port` (0: any free one), or nothing at all. */
export function metricsOf(port: number | null): NonNullable<BrokerOptions["metrics"]> {
  if (port === null) return { enabled: false };
  // Moleculer takes an instance of a reporter; its types know the names of its own ones only.
  const reporter = new PrometheusEndpoint({ port, path: "/metrics" }) as unknown as "Prometheus";
  return { enabled: true, reporter: [reporter] };
}
