import { meshMetrics } from "../lib/observability/mesh-metrics";
import type { MetricTable } from "../lib/observability/meter";

/** What the gateway counts. Routes are patterns of contracts, so there are no more than those. */
export const httpMetrics = {
  http_requests_total: {
    type: "counter",
    help: "Requests answered, by route pattern and status",
    labels: ["method", "route", "status"],
  },
  http_request_duration_seconds: {
    type: "histogram",
    help: "From the head of a request to the end of its answer; streams are left out",
    labels: ["route"],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
  },
} as const satisfies MetricTable;

/** What the business asks for, counted where an order is written. */
export const shopMetrics = {
  shop_orders_total: {
    type: "counter",
    help: "Orders that reached a status",
    labels: ["status"],
  },
  shop_revenue_minor_units_total: {
    type: "counter",
    help: "Totals of confirmed orders, in minor units",
    labels: ["currency"],
  },
  shop_saga_duration_seconds: {
    type: "histogram",
    help: "From an order's creation to confirmed, or to the reason why it was cancelled",
    labels: ["outcome"],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
  },
  shop_reconciliation_findings: {
    type: "gauge",
    help: "What the last reconciliation found, by kind; all replicas of operations tell the same",
    labels: ["kind"],
  },
  shop_reconciliation_repairs_total: {
    type: "counter",
    help: "Findings that their owner was made to settle",
    labels: ["kind"],
  },
  shop_reconciliation_age_seconds: {
    type: "gauge",
    help: "Since the last reconciliation ended",
    labels: [],
  },
  shop_search_lag_seconds: {
    type: "gauge",
    help: "Age of the event that the search index applied last, when searches began to see it",
    labels: [],
  },
} as const satisfies MetricTable;

/** Every metric of the shop: what a node exposes is in this table. */
export const metrics: MetricTable = { ...meshMetrics, ...httpMetrics, ...shopMetrics };
