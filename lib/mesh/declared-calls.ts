import type { ActionContract, Calling, ContractTable } from "./contract";

/** Somebody who calls and offers nothing: an operator's console. */
export interface Principal extends Calling {
  readonly name: string;
}

/** Who calls whom, as the contracts declare it. A service may always call itself. */
export interface DeclaredCalls {
  may(service: string, action: string): boolean;
  /** Full names of the actions that `service` may call, its own left out. */
  of(service: string): readonly string[];
}

interface Table {
  readonly contracts: ContractTable;
  readonly durableActions: Readonly<Record<string, ActionContract>>;
  readonly principals: readonly Principal[];
}

/** Throws for a declared call of an action that nobody offers. */
export function declaredCalls({ contracts, durableActions, principals }: Table): DeclaredCalls {
  const offered = new Map<string, ActionContract>();
  for (const { name, actions, durable } of Object.values(contracts)) {
    for (const [action, contract] of Object.entries({ ...actions, ...(durable && durableActions) }))
      offered.set(`${name}.${action}`, contract);
  }

  function expand(caller: Principal): Set<string> {
    const names = [...offered.keys()];
    const declared = caller.calls.flatMap((call) => {
      const found = names.filter((name) => matches(call, name));
      if (found.length > 0) return found;
      throw new Error(`contract of ${caller.name}: nobody offers ${call}`);
    });
    const routes = caller.callsRoutes ? names.filter((name) => offered.get(name)?.route) : [];
    return new Set([...declared, ...routes]);
  }

  const callers: Principal[] = [...Object.values(contracts), ...principals];
  const calls = new Map(callers.map((caller) => [caller.name, expand(caller)]));
  const isOwn = (service: string, action: string) => action.startsWith(`${service}.`);
  return {
    may: (service, action) =>
      calls.get(service)?.has(action) === true || (calls.has(service) && isOwn(service, action)),
    of: (service) => [...(calls.get(service) ?? [])].filter((action) => !isOwn(service, action)),
  };
}

const matches = (call: string, name: string): boolean =>
  call === name ||
  (call.startsWith("*.") && name.endsWith(call.slice(1))) ||
  (call.endsWith(".*") && name.startsWith(call.slice(0, -1)));
