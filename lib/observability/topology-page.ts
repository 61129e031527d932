import type { Service, ServiceSchema } from "moleculer";
import prometheus from "moleculer-prometheus";
import * as client from "prom-client";
import { defineMixin } from "../mesh/implement";
import { serveMetrics } from "./prometheus";

/** What the package calls its metrics and labels, by what Prometheus' rules let them be called. */
const NAMES: Readonly<Record<string, string>> = {
  moleculer_nodes_total: "moleculer_nodes_available",
  moleculer_services_total: "moleculer_services",
  moleculer_actions_total: "moleculer_actions",
  moleculer_events_total: "moleculer_events",
  moleculer_nodes: "moleculer_node_up",
  moleculer_service_endpoints_total: "moleculer_service_endpoints",
  moleculer_action_endpoints_total: "moleculer_action_endpoints",
  moleculer_event_endpoints_total: "moleculer_event_endpoints",
};
const LABELS: Readonly<Record<string, string>> = { nodeID: "node", langVersion: "lang_version" };

const labelOf = (name: string): string => LABELS[name] ?? name;

/** The package's own definitions, without requests: the events that told of those ended with 0.13. */
const definitions = Object.fromEntries(
  Object.entries(NAMES).map(([theirs, ours]) => {
    const { type, help, labelNames = [] } = prometheus.settings.metrics[theirs] ?? {};
    return [ours, { type, help, labelNames: labelNames.map(labelOf) }];
  }),
);

type Labels = Readonly<Record<string, unknown>>;
type This = Service & {
  client: typeof client;
  register: client.Registry;
  metrics: Record<string, client.Gauge>;
  reading: Promise<string> | null;
  createMetrics(definitions: object): void;
  updateCommonValues(): Promise<void>;
  read(): Promise<string>;
};

/**
 * Nodes, services, actions and events of the whole mesh as this node's registry knows them, by
 * moleculer-prometheus: at `/mesh` of METRICS_PORT, made for each scrape. Its methods still work on
 * 0.15; its server, its polling and its event handlers do not, or not well (ADR 0011).
 */
export const topologyPage = (): ServiceSchema => ({
  name: "prometheus",
  mixins: [page, { methods: prometheus.methods }],
});

const page = defineMixin<This>({
  methods: {
    update(this: This, name: string, method: "set", labels: Labels | null, value: number) {
      const gauge = this.metrics[NAMES[name] ?? ""];
      const named = Object.entries(labels ?? {}).map(([label, text]) => [
        labelOf(label),
        String((text as string | undefined) ?? ""),
      ]);
      gauge?.[method](Object.fromEntries(named) as Record<string, string>, value);
    },
    async read(this: This): Promise<string> {
      // Nodes have another id after each start: those that are gone must not stay for ever.
      for (const gauge of Object.values(this.metrics)) gauge.reset();
      await this.updateCommonValues();
      return this.register.metrics();
    },
  },
  started() {
    this.client = client;
    this.register = new client.Registry();
    this.createMetrics(definitions);
    this.reading = null;
    serveMetrics(this.broker, "/mesh", () => {
      this.reading ??= this.read().finally(() => (this.reading = null));
      return this.reading;
    });
  },
});
