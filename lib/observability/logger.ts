import type { LoggerConfig } from "moleculer";
import type { LoggerOptions } from "pino";

export interface LogOptions {
  readonly logFormat: "json" | "pretty";
  readonly logLevel: string;
}

const INFO = 30;
/** What Moleculer and its adapters say at info while they start and stop: true, and of use to nobody. */
const CHATTER =
  /^('[\w$.]+' (service )?is (un)?registered|Service '[\w$.]+' (started|stopped)|Service '.*' is stopped|Service stopping|Sequelize adapter has connected|Moleculer v|Namespace:|Node ID:|Strategy:|Discoverer:|Serializer:|Validator:|Registered \d+ middleware|✔ ServiceBroker|ServiceBroker is stopped|Transporter:|Cacher:|Metrics:|Metric reporter:|Prometheus metric reporter)/;

/** Pino: one JSON object a line, or the same made readable for a terminal. */
export function loggerOf({ logFormat, logLevel }: LogOptions): LoggerConfig {
  const options: LoggerOptions = {
    level: logLevel,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    hooks: {
      logMethod(args, method, level) {
        const [message] = args as unknown[];
        const chatter = level === INFO && typeof message === "string" && CHATTER.test(message);
        if (chatter) this.debug(...args);
        else method.apply(this, args);
      },
    },
    ...(logFormat === "pretty" ? { transport: PRETTY } : {}),
  };
  return { type: "Pino", options: { pino: { options } } };
}

const PRETTY = {
  target: "pino-pretty",
  options: {
    colorize: true,
    translateTime: "SYS:HH:MM:ss",
    ignore: "nodeID,ns,mod,svc,ver,caller",
    messageFormat: "{mod}: {msg}",
  },
};
