import type { ContractTable } from "../mesh/contract";
import { Validator } from "../mesh/schema";
import { FOREIGN, type EventEnvelope } from "./event";

/**
 * Checks events against the contract of whoever published them. What no contract describes is
 * poison: no number of tries will make it good.
 */
export function eventFaults(contracts: ContractTable): (event: EventEnvelope) => string | null {
  const known = new Map(
    Object.values(contracts).flatMap((contract) =>
      Object.entries(contract.events).map(([name, { payload, version }]) => [
        name,
        { version, validator: new Validator(payload) },
      ]),
    ),
  );
  return (event) => {
    if (event.version === FOREIGN) return "no event that was sealed with the key of this mesh";
    const declared = known.get(event.name);
    if (!declared) return `no contract declares the event ${event.name}`;
    if (event.version > declared.version) {
      return `version ${event.version} of ${event.name} is newer than ours, ${declared.version}`;
    }
    const faults = declared.validator.errorsOf(event.payload);
    return faults.length === 0
      ? null
      : `bad payload: ${faults.map((f) => `${f.path} ${f.message}`).join("; ")}`;
  };
}
