import type { Command } from "../command";
import { breakers, consumers, outbox } from "./backlogs";
import { dlq } from "./dlq";
import { drain } from "./drain";
import { order } from "./order";
import { reconcile } from "./reconcile";

/** The console's own commands; help, completion and scripts follow from this list. */
export const commands: readonly Command[] = [
  order,
  dlq,
  reconcile,
  outbox,
  consumers,
  breakers,
  drain,
];
