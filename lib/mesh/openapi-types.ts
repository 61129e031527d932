import type { TSchema } from "@sinclair/typebox";
import type { ErrorDefinition } from "../errors";
import type { Access, Contract } from "./contract";
import type { JsonObject } from "./schema-refs";

export interface ApiDescription {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** In front of every route that is not absolute. */
  readonly basePath: string;
  readonly contracts: Readonly<Record<string, Contract>>;
  readonly errors: Readonly<Record<string, ErrorDefinition>>;
  /** Shapes that deserve a name; wherever they stand, a reference is written. */
  readonly schemas: Readonly<Record<string, TSchema>>;
  /** What is answered without an action. */
  readonly pages: readonly PageDescription[];
}

export interface PageDescription {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly tag: string;
  /** Of a success (200). */
  readonly status?: number;
  /** Null where there is no body. */
  readonly contentType: string | null;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: JsonObject;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly JsonObject[];
  /** Who may call: finer than `security`, which knows no roles. */
  readonly "x-access": Access;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
}

export type Content = Readonly<Record<string, { readonly schema: JsonObject }>>;

export interface Response {
  readonly description: string;
  readonly headers?: JsonObject;
  readonly content?: Content;
}

export interface OpenApi {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: JsonObject;
}
