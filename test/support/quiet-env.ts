/** For a process of the shop that a test starts: ports of its own, no limits, and a log worth reading. */
export const QUIET = {
  PATH: process.env.PATH,
  PORT: "0",
  HOST: "127.0.0.1",
  METRICS_PORT: "off",
  RATE_LIMIT: "off",
  LOG_LEVEL: "warn",
  LOG_FORMAT: "json",
};
