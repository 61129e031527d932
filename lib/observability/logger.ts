import type { LoggerConfig } from "moleculer";

export interface LogOptions {
  readonly logFormat: "json" | "pretty";
  readonly logLevel: string;
}

/** Pino: one JSON object a line, or the same made readable for a terminal. */
export function loggerOf({ logFormat, logLevel }: LogOptions): LoggerConfig {
  const pino = {
    options: {
      level: logLevel,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      ...(logFormat === "pretty"
        ? {
            transport: {
              target: "pino-pretty",
              options: {
                colorize: true,
                translateTime: "SYS:HH:MM:ss",
                ignore: "nodeID,ns,mod,svc,ver,caller",
                messageFormat: "{svc}{mod}: {msg}",
              },
            },
          }
        : {}),
    },
  };
  return { type: "Pino", options: { pino } };
}
