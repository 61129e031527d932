import type { MetricRegistry, ServiceBroker } from "moleculer";

/** One metric, as it stands in the table of all (contracts/metrics.ts). */
export interface MetricDefinition {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Each with few values: never an id, a path or anything that a client can make up. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
}

export type MetricTable = Readonly<Record<string, MetricDefinition>>;

type NamesOf<T extends MetricTable, Type> = {
  [N in keyof T]: T[N]["type"] extends Type ? N : never;
}[keyof T] &
  string;
type LabelsOf<D extends MetricDefinition> = Readonly<Record<D["labels"][number], string>>;

/** Writes the metrics of a table; does nothing where metrics are off. */
export interface Meter<T extends MetricTable> {
  add<N extends NamesOf<T, "counter">>(name: N, labels: LabelsOf<T[N]>, value?: number): void;
  set<N extends NamesOf<T, "gauge">>(name: N, value: number, labels: LabelsOf<T[N]>): void;
  observe<N extends NamesOf<T, "histogram">>(name: N, value: number, labels: LabelsOf<T[N]>): void;
}

/** Puts the metrics of a table into Moleculer's registry, those of them that are not there yet. */
export function registerMetrics(registry: MetricRegistry, table: MetricTable): void {
  if (!registry.isEnabled()) return;
  for (const [name, definition] of Object.entries(table)) {
    const { type, help, labels, buckets } = definition;
    if (registry.hasMetric(name)) continue;
    // Moleculer types each kind of metric apart; what they differ in is optional to all.
    registry.register({
      name,
      type,
      description: help,
      labelNames: [...labels],
      ...(buckets ? { buckets: [...buckets] } : {}),
    } as Parameters<MetricRegistry["register"]>[0]);
  }
}

export function meterOf<T extends MetricTable>(broker: ServiceBroker, table: T): Meter<T> {
  const { metrics } = broker;
  registerMetrics(metrics, table);
  return {
    add: (name, labels, value = 1) => void metrics.increment(name, labels, value),
    set: (name, value, labels) => void metrics.set(name, value, labels),
    observe: (name, value, labels) => void metrics.observe(name, value, labels),
  };
}
