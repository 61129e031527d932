import type { LoggerConfig } from "moleculer";
import { pino, type LoggerOptions } from "pino";
import type { Redactor } from "./redact";
import { currentScope } from "./scope";
import { scrub } from "./scrub";

export interface LogOptions {
  readonly logFormat: "json" | "pretty";
  readonly logLevel: string;
}

const INFO = 30;
/** What Moleculer and its adapters say at info while they start and stop: true, and of use to nobody. */
const CHATTER =
  /^('[\w$.]+' (service )?is (un)?registered|Service '[\w$.]+' (started|stopped)|Service '.*' is stopped|Service stopping|Sequelize adapter has connected|Moleculer v|Namespace:|Node ID:|Strategy:|Discoverer:|Serializer:|Validator:|Registered \d+ middleware|✔ ServiceBroker|ServiceBroker is stopped|Transporter:|Cacher:|Metrics:|Metric reporter:|Prometheus metric reporter|Tracing:|Tracing exporter)/;

/**
 * Pino: one JSON object a line, or the same made readable for a terminal. Each line carries the scope
 * it was written in, and nothing that the contracts call secret or personal.
 */
export function loggerOf({ logFormat, logLevel }: LogOptions, redactor: Redactor): LoggerConfig {
  const options: LoggerOptions = {
    level: logLevel,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    mixin: () => ({ ...currentScope() }),
    // Already as it may be logged (lineOf); pino's own would unfold it.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(args, method, level) {
        const [message] = args as unknown[];
        const chatter = level === INFO && typeof message === "string" && CHATTER.test(message);
        if (chatter) this.debug(...args);
        else method.apply(this, lineOf(args, redactor));
      },
    },
    ...(logFormat === "pretty" ? { transport: PRETTY } : {}),
  };
  const root = pino(options);
  return {
    type: "Pino",
    options: {
      createLogger: (level: string, { nodeID, svc, mod }: Readonly<Record<string, unknown>>) =>
        root.child({ node: nodeID, service: svc, mod }, { level }),
    },
  };
}

type LogArguments = [fields: object, text: string, ...values: unknown[]];

/**
 * What pino makes a line of: fields and a text. An error goes into the fields, also one that came
 * after the text, where Moleculer puts it and pino would drop it.
 */
function lineOf(args: readonly unknown[], redactor: Redactor): LogArguments {
  const fields: Record<string, unknown> = {};
  const words: unknown[] = [];
  for (const arg of args) {
    if (arg instanceof Error) fields.err = redactor.error(arg);
    else if (typeof arg === "string") words.push(scrub(arg));
    else if (typeof arg === "object" && arg !== null) Object.assign(fields, redactor.value(arg));
    else if (arg !== undefined) words.push(arg);
  }
  const { err } = fields as { err?: { message?: string } };
  const [text = err?.message ?? "", ...values] = words;
  return [fields, String(text), ...values];
}

const PRETTY = {
  target: "pino-pretty",
  options: {
    colorize: true,
    translateTime: "SYS:HH:MM:ss",
    ignore: "node,service,requestId,eventId,correlationId,traceId,method,route,status,ms",
    messageFormat: "{mod}: {msg}",
  },
};
