import type { ServiceSchema } from "moleculer";
import {
  accessTokenSigner,
  newPrivateKey,
  type AccessTokenSigner,
} from "../../lib/mesh/access-token";
import type { MeshContext } from "../../lib/mesh/context";
import { startTestShop, type TestShop } from "./shop";

type Handler = (ctx: MeshContext & { params: never }) => unknown;

/** A stand-in that sees the whole context: who calls, with what, under which request id. */
export const standIn = (name: string, actions: Record<string, Handler>): ServiceSchema => ({
  name,
  actions: Object.fromEntries(
    Object.entries(actions).map(([action, handler]) => [
      action,
      { visibility: "published" as const, handler: (ctx) => handler(ctx as never) },
    ]),
  ),
});

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: never;
}

export interface TestGateway extends TestShop {
  readonly tokens: AccessTokenSigner;
  request(path: string, init?: RequestInit & { duplex?: "half" }): Promise<Reply>;
  /** An Authorization header for a user with these roles. */
  as(id: string, ...roles: string[]): Promise<{ authorization: string }>;
}

/** A gateway on a free port, with stand-ins behind it and a key of its own for access tokens. */
export async function startTestGateway(
  doubles: readonly ServiceSchema[],
  env: Record<string, string> = {},
): Promise<TestGateway> {
  const tokens = await accessTokenSigner(newPrivateKey());
  const users = standIn("users", { jwks: () => tokens.keySet });
  const named = doubles.some(({ name }) => name === "users") ? doubles : [users, ...doubles];
  const shop = await startTestShop({ services: ["gateway"], doubles: named, env });
  return {
    ...shop,
    tokens,
    as: async (id, ...roles) => ({
      authorization: `Bearer ${await tokens.sign({ id, roles })}`,
    }),
    request: async (path, init) => {
      const response = await fetch(`${shop.url}${path}`, { redirect: "manual", ...init });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") && text !== "";
      // `never` fits whatever a test expects there; a wrong body fails its assertions.
      const json = (isJson ? JSON.parse(text) : undefined) as never;
      return { status: response.status, headers: response.headers, text, json };
    },
  };
}
