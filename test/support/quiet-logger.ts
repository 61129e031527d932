import type { Logger } from "moleculer";

const nothing = (): void => undefined;

/** For what is made without a broker. */
export const quietLogger: Logger = {
  fatal: nothing,
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  trace: nothing,
};
