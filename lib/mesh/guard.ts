import type { ActionHandler, Context, Middleware } from "moleculer";
import { ExpectedError, type ErrorData, type ErrorDefinition } from "../errors";
import type { MeshContext } from "./context";
import type { Access, ActionContract, ContractTable } from "./contract";
import type { DeclaredCalls } from "./declared-calls";
import { Validator } from "./schema";
import { signerOf } from "./signed-context";
import { untrusted } from "./trust";
import type { User } from "./types";

export interface GuardOptions {
  readonly contracts: ContractTable;
  readonly durableActions: Readonly<Record<string, ActionContract>>;
  readonly declaredCalls: DeclaredCalls;
  readonly errors: Readonly<
    Record<
      "UNAUTHENTICATED" | "FORBIDDEN" | "VALIDATION_FAILED" | "INTERNAL_ERROR",
      ErrorDefinition
    >
  >;
}

/** The contract of `service.action`, or undefined when nobody declared it. */
export function findContract(
  { contracts, durableActions }: Pick<GuardOptions, "contracts" | "durableActions">,
  fullName: string,
): ActionContract | undefined {
  const [service = "", name = ""] = fullName.split(".");
  const contract = contracts[service];
  if (!contract) return undefined;
  return contract.actions[name] ?? (contract.durable ? durableActions[name] : undefined);
}

/**
 * Stands before every action handler of this node, wherever the call came from: refuses callers
 * that the contract does not name, params it does not describe, and results it does not promise.
 * An action without a contract can be called by its own service only: default deny.
 */
export function guard(options: GuardOptions): Middleware {
  const { errors } = options;
  const refuse = (code: keyof typeof errors, detail?: string, data?: ErrorData) =>
    new ExpectedError(code, errors[code], detail, data);

  /** Who calls is only ever told by a context that this process made or has verified. */
  function checkCaller(ctx: MeshContext, name: string, access: Access | null): void {
    const caller = signerOf(ctx.broker).admit(ctx.headers, name);
    if (typeof caller === "string") throw untrusted(caller);
    if (access === null) return;
    if (!options.declaredCalls.may(caller.service, name)) {
      throw refuse("FORBIDDEN", `${caller.service} does not declare that it calls ${name}`);
    }
    checkUser(access, caller.user);
  }

  function checkUser(access: Access, user: User | null): void {
    switch (access) {
      case "public":
      case "internal":
        return;
      case "customer":
        if (!user) throw refuse("UNAUTHENTICATED");
        return;
      case "admin":
        if (!user) throw refuse("UNAUTHENTICATED");
        if (!user.roles.includes("admin")) throw refuse("FORBIDDEN");
        return;
      default:
        throw new Error(`unknown access ${String(access satisfies never)}`);
    }
  }

  return {
    name: "ContractGuard",
    localAction(next, action): ActionHandler {
      const name = action.name ?? "";
      if (action.visibility === "private") return next;
      // Moleculer has bound the handler to its service before middlewares wrap it.
      const handle = next as (ctx: Context) => Promise<unknown>;
      if (name.startsWith("$node.")) {
        return async function guarded(ctx: Context): Promise<unknown> {
          checkCaller(ctx as MeshContext, name, null);
          return handle(ctx);
        };
      }
      const contract = findContract(options, name);
      if (!contract) throw new Error(`action ${name} has no contract; declare it in contracts/`);
      const params = new Validator(contract.params);
      const result = new Validator(contract.result);

      return async function guarded(ctx: Context): Promise<unknown> {
        checkCaller(ctx as MeshContext, name, contract.access);
        const faults = params.errorsOf(ctx.params ?? {});
        if (faults.length > 0) {
          const detail = faults.map((f) => `${f.path.slice(1)}: ${f.message}`).join("; ");
          throw refuse("VALIDATION_FAILED", detail, { errors: faults });
        }
        const answer = await withMetaOfItsOwn(ctx, handle);
        const broken = result.errorsOf(answer);
        if (broken.length > 0) {
          const where = broken.map((f) => `${f.path} ${f.message}`).join("; ");
          ctx.broker.logger.error(`${name} broke its contract: ${where}`);
          throw refuse("INTERNAL_ERROR");
        }
        return answer;
      };
    },
  };
}

/** What a handler writes into `meta` ends with it; Moleculer would merge it into all its callers. */
async function withMetaOfItsOwn(
  ctx: Context,
  handle: (ctx: Context) => Promise<unknown>,
): Promise<unknown> {
  const sent = ctx.meta;
  ctx.meta = { ...sent };
  try {
    return await handle(ctx);
  } finally {
    ctx.meta = sent;
  }
}
