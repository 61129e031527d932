import type { TSchema } from "@sinclair/typebox";
import type { Contract } from "./contract";
import { SchemaRefs, type Json, type JsonObject } from "./schema-refs";

export interface MeshDescription {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly contracts: Readonly<Record<string, Contract & { readonly consumes: readonly string[] }>>;
  readonly schemas: Readonly<Record<string, TSchema>>;
}

/** AsyncAPI 3 from the contracts: every durable event, who says it and who listens. */
export function asyncApi(mesh: MeshDescription): JsonObject {
  const refs = new SchemaRefs(mesh.schemas);
  const channels: Record<string, Json> = {};
  const messages: Record<string, Json> = {};
  const operations: Record<string, Json> = {};
  for (const { name: service, events, consumes } of Object.values(mesh.contracts)) {
    for (const [name, { summary, version, payload }] of Object.entries(events)) {
      channels[name] = channelOf(name);
      messages[name] = {
        name,
        summary,
        contentType: "application/json",
        "x-version": version,
        payload: refs.write(payload),
      };
      operations[`${service}.says.${name}`] = operationOf("send", name, service);
    }
    for (const name of consumes) {
      operations[`${service}.hears.${name}`] = operationOf("receive", name, service);
    }
  }
  return {
    asyncapi: "3.0.0",
    info: { title: mesh.title, version: mesh.version, description: mesh.description },
    defaultContentType: "application/json",
    channels,
    operations,
    components: { messages, schemas: refs.definitions() },
  };
}

const channelOf = (name: string): JsonObject => ({
  address: name,
  messages: { [name]: { $ref: `#/components/messages/${name}` } },
});

const operationOf = (action: "send" | "receive", name: string, service: string): JsonObject => ({
  action,
  channel: { $ref: `#/channels/${name}` },
  messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
  tags: [{ name: service }],
});
