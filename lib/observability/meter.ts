import type { MetricRegistry, ServiceBroker } from "moleculer";
import { Series, type RegisteredMetric } from "./series";

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
  /** Shows it before anything is observed: to Prometheus, what appears as ten did not rise by ten. */
  begin<N extends NamesOf<T, "histogram">>(name: N, labels: LabelsOf<T[N]>): void;
  /** For a series that tells of something that is gone. */
  remove<N extends keyof T & string>(name: N, labels: LabelsOf<T[N]>): void;
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

/** The one of each metric, whoever writes it: of one that every action writes there would be a hundred. */
const known = new WeakMap<RegisteredMetric, Series>();

function seriesOf(metric: RegisteredMetric, definition: MetricDefinition): Series {
  const series = known.get(metric) ?? new Series(metric, definition);
  known.set(metric, series);
  return series;
}

const nothing = () => undefined;
const OFF = { add: nothing, set: nothing, observe: nothing, begin: nothing, remove: nothing };

export function meterOf<T extends MetricTable>({ metrics }: ServiceBroker, table: T): Meter<T> {
  if (!metrics.isEnabled()) return OFF;
  registerMetrics(metrics, table);
  const found = Object.entries(table).map(
    // It is there: registered just now, if not before.
    ([name, definition]) =>
      [name, seriesOf(metrics.getMetric(name) as unknown as RegisteredMetric, definition)] as const,
  );
  const series = Object.fromEntries(found) as Record<keyof T, Series>;
  return {
    add: (name, labels, value = 1) => series[name].add(value, labels),
    set: (name, value, labels) => series[name].set(value, labels),
    observe: (name, value, labels) => series[name].observe(value, labels),
    begin: (name, labels) => series[name].begin(labels),
    remove: (name, labels) => series[name].remove(labels),
  };
}
