import type { TracingOptions } from "../lib/observability/tracing";
import type { Reader } from "./reader";

export function readTracing(read: Reader): TracingOptions {
  const exporters = ["otlp", "jaeger", "zipkin", "console", "none"] as const;
  const exporter = read.oneOf("TRACING", exporters, "none");
  const endpoints = {
    otlp: read.url("OTEL_EXPORTER_OTLP_ENDPOINT", "https:", "http:") ?? "http://localhost:4318",
    jaeger: read.url("JAEGER_ENDPOINT", "https:", "http:") ?? "http://localhost:14268/api/traces",
    zipkin: read.url("ZIPKIN_URL", "https:", "http:") ?? "http://localhost:9411",
    console: "",
    none: "",
  };
  return { exporter, endpoint: endpoints[exporter] };
}
