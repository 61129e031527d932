import { messagingMutants } from "./messaging";
import { moneyMutants } from "./money";
import type { Mutant } from "./mutant";
import { stepMutants } from "./stock-and-orders";

/** Every planted bug. */
export const mutants: readonly Mutant[] = [...messagingMutants, ...moneyMutants, ...stepMutants];
