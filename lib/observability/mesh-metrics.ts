import type { MetricTable } from "./meter";

/** Seconds that a call or a request may take, from a look into memory to its deadline. */
const CALL_SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];
const EVENT_SECONDS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600];

/** What every node of any mesh tells of itself. */
export const meshMetrics = {
  mesh_action_duration_seconds: {
    type: "histogram",
    help: "Calls handled by this node, by how they ended: ok, refused (4xx), failed",
    labels: ["action", "outcome"],
    buckets: CALL_SECONDS,
  },
  mesh_action_errors_total: {
    type: "counter",
    help: "Calls that this node refused or failed, by error code",
    labels: ["action", "code"],
  },
  mesh_event_published_total: {
    type: "counter",
    help: "Durable events given to the broker, by how that ended: done, failed",
    labels: ["service", "event", "outcome"],
  },
  mesh_event_handled_total: {
    type: "counter",
    help: "Attempts to handle a durable event, by how they ended: done, retried, parked, dead",
    labels: ["service", "event", "outcome"],
  },
  mesh_event_handling_seconds: {
    type: "histogram",
    help: "From the beginning of a handler to the end of its transaction",
    labels: ["service", "event"],
    buckets: EVENT_SECONDS,
  },
  mesh_event_latency_seconds: {
    type: "histogram",
    help: "From the commit that published an event to the commit that handled it",
    labels: ["service", "event"],
    buckets: EVENT_SECONDS,
  },
  mesh_queue_length: {
    type: "gauge",
    help: "Durable events that wait in this process for a service",
    labels: ["service"],
  },
  mesh_consumer_pending: {
    type: "gauge",
    help: "Messages that the broker has not yet delivered to a consumer",
    labels: ["service", "event"],
  },
  mesh_consumer_unacknowledged: {
    type: "gauge",
    help: "Messages that a consumer has and has not acknowledged",
    labels: ["service", "event"],
  },
  mesh_outbox_pending: {
    type: "gauge",
    help: "Events that are committed and not yet published",
    labels: ["service"],
  },
  mesh_outbox_oldest_seconds: {
    type: "gauge",
    help: "Age of the oldest event that is not yet published",
    labels: ["service"],
  },
  mesh_inbox_parked: {
    type: "gauge",
    help: "Events that failed and will be tried again",
    labels: ["service"],
  },
  mesh_dead_letters: {
    type: "gauge",
    help: "Events that nobody will try again by himself",
    labels: ["service"],
  },
  mesh_dead_letter_oldest_seconds: {
    type: "gauge",
    help: "Age of the oldest dead letter",
    labels: ["service"],
  },
  mesh_database_connections: {
    type: "gauge",
    help: "The pool of a service: connections in use and idle, and requests that wait for one",
    labels: ["service", "state"],
  },
  mesh_breaker_state: {
    type: "gauge",
    help: "Of the endpoint of an action on another node: 0 closed, 1 half-open, 2 open",
    labels: ["action", "node"],
  },
  mesh_breaker_opened_total: {
    type: "counter",
    help: "How often a breaker has opened",
    labels: ["action"],
  },
  mesh_retry_total: {
    type: "counter",
    help: "Attempts after the first one of a call",
    labels: ["action", "fate"],
  },
  mesh_bulkhead_refused_total: {
    type: "counter",
    help: "Calls that were not run: the queue was full, or their caller had gone",
    labels: ["action", "reason"],
  },
  mesh_bulkhead_queue: {
    type: "gauge",
    help: "Calls that wait for their turn",
    labels: ["action"],
  },
  mesh_cache_total: {
    type: "counter",
    help: "Calls of cached actions, by where their answer came from",
    labels: ["action", "from"],
  },
  mesh_late_total: {
    type: "counter",
    help: "Calls not run because their deadline had passed",
    labels: ["action"],
  },
  mesh_nodes_lost_total: {
    type: "counter",
    help: "Nodes found gone by the NATS server's answer",
    labels: [],
  },
  mesh_refused_total: {
    type: "counter",
    help: "Packets and calls of other nodes that were not to be believed",
    labels: ["reason"],
  },
  mesh_spans_exported_total: {
    type: "counter",
    help: "Spans that the collector took",
    labels: [],
  },
  mesh_spans_dropped_total: {
    type: "counter",
    help: "Spans that never reached the collector: the queue was full, or it refused them",
    labels: ["reason"],
  },
  nodejs_eventloop_delay_seconds: {
    type: "gauge",
    help: "How late the event loop was, over the last seconds",
    labels: ["percentile"],
  },
  nodejs_gc_pause_seconds: {
    type: "histogram",
    help: "Pauses by the garbage collector",
    labels: ["kind"],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5],
  },
  nodejs_memory_bytes: {
    type: "gauge",
    help: "Memory of the process: rss, heap in use, external",
    labels: ["space"],
  },
} as const satisfies MetricTable;
