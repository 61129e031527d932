import { TracerExporters, type BrokerOptions } from "moleculer";
import { OtlpExporter } from "./otlp-exporter";

export interface TracingOptions {
  readonly exporter: "otlp" | "jaeger" | "zipkin" | "console" | "none";
  readonly endpoint: string;
}

/** Moleculer's Zipkin exporter, which cuts trace ids in half and forgets what it has not sent yet. */
class ZipkinExporter extends TracerExporters.Zipkin {
  override convertID(id: string): string {
    return id;
  }

  override stop(): void {
    this.flush();
    super.stop();
  }
}

/** Moleculer's tracer, with the spans that openSpan begins and none of its own. */
export function tracingOf(
  { exporter, endpoint }: TracingOptions,
  namespace: string,
): NonNullable<BrokerOptions["tracing"]> {
  if (exporter === "none") return { enabled: false };
  return {
    enabled: true,
    actions: false,
    events: false,
    // An error's words may quote what somebody sent.
    errorFields: ["name", "code", "type"],
    exporter: exporterOf(exporter, endpoint, namespace),
  };
}

/** Its types do not know this option, without which it cuts trace ids in half as well. */
const WHOLE_IDS: object = { legacyMode: false };

type Exporter = NonNullable<Exclude<BrokerOptions["tracing"], boolean | undefined>["exporter"]>;

function exporterOf(
  exporter: Exclude<TracingOptions["exporter"], "none">,
  endpoint: string,
  namespace: string,
): Exporter {
  switch (exporter) {
    case "otlp":
      // Moleculer takes an instance of an exporter; its types know the names of its own ones only.
      return [new OtlpExporter({ endpoint, namespace }) as unknown as "Jaeger"];
    case "jaeger":
      return { type: "Jaeger", options: { endpoint, ...WHOLE_IDS } };
    case "zipkin":
      return [new ZipkinExporter({ baseURL: endpoint }) as unknown as "Zipkin"];
    case "console":
      return "Console";
    default:
      throw new Error(`unknown exporter ${String(exporter satisfies never)}`);
  }
}
