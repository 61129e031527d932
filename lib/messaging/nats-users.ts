import type { Contract } from "../mesh/contract";
import type { DeclaredCalls } from "../mesh/declared-calls";
import { durableOf, eventSubject, inboxPrefixOf, streamOf } from "./nats-names";

type Service = Contract & { readonly consumes: readonly string[] };

export interface MeshMap {
  readonly namespace: string;
  readonly services: readonly Service[];
  /** The name of the operators' console, which is a node of the mesh without a service. */
  readonly operator: string;
  readonly calls: DeclaredCalls;
}

export interface NatsUser {
  readonly name: string;
  /** Subjects, as NATS has them; whatever is not in these lists is forbidden. */
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/**
 * One user for each service, one for the operators' console and one who may change the stream. A
 * service publishes requests to the services that it calls, answers to those that call it, and its own
 * events; it hears what is sent to its own nodes, whose ids begin with its name.
 */
export function natsUsers(mesh: MeshMap): NatsUser[] {
  return [
    ...mesh.services.map((service) => serviceUser(mesh, service)),
    operatorUser(mesh),
    { name: "admin", publish: ["$JS.API.>"], subscribe: [`${inboxPrefixOf("admin")}.>`] },
  ];
}

function serviceUser(mesh: MeshMap, service: Service): NatsUser {
  const { namespace } = mesh;
  const { name, events, consumes } = service;
  const node = nodeSubjects(mesh, name);
  return {
    name,
    publish: [
      ...node.publish,
      ...listenersTo(mesh, service).map((nodes) => `${prefixOf(mesh)}.EVENT.${nodes}`),
      ...Object.keys(events).map((event) => eventSubject(namespace, event)),
      // Makes the stream when the broker has lost it; what exists it can neither change nor delete.
      ...["INFO", "CREATE"].map((verb) => `$JS.API.STREAM.${verb}.${streamOf(namespace)}`),
      // After a loss it looks whether what it published last is still there.
      ...(Object.keys(events).length > 0 ? [`$JS.API.STREAM.MSG.GET.${streamOf(namespace)}`] : []),
      // Tells how far all consumers are.
      ...("consumers" in service.actions ? [`$JS.API.CONSUMER.LIST.${streamOf(namespace)}`] : []),
      ...consumes.flatMap((event) => consumerSubjects(namespace, name, event)),
    ],
    subscribe: node.subscribe,
  };
}

function operatorUser(mesh: MeshMap): NatsUser {
  const stream = streamOf(mesh.namespace);
  const node = nodeSubjects(mesh, mesh.operator);
  const looks = ["STREAM.INFO", "STREAM.CREATE", "CONSUMER.LIST", "CONSUMER.NAMES"];
  return {
    name: mesh.operator,
    publish: [
      ...node.publish,
      ...looks.map((verb) => `$JS.API.${verb}.${stream}`),
      `$JS.API.CONSUMER.INFO.${stream}.*`,
    ],
    subscribe: node.subscribe,
  };
}

const prefixOf = ({ namespace }: MeshMap): string => `MOL-${namespace}`;
const serviceOf = (action: string): string => action.slice(0, action.indexOf("."));

/** What each node of Moleculer says and hears: discovery, and calls in both directions. */
function nodeSubjects(mesh: MeshMap, name: string): Pick<NatsUser, "publish" | "subscribe"> {
  const prefix = prefixOf(mesh);
  // Replicas of a service may call each other.
  const calleesOf = (caller: string) => new Set([...mesh.calls.of(caller).map(serviceOf), caller]);
  const everybody = [...mesh.services.map((service) => service.name), mesh.operator];
  const callees = [...calleesOf(name)].sort();
  const callers = everybody.filter((other) => calleesOf(other).has(name)).sort();
  const toAll = ["DISCOVER", "INFO", "HEARTBEAT", "DISCONNECT", "PING"].map(
    (c) => `${prefix}.${c}`,
  );
  const toOne = (nodes: string) =>
    ["DISCOVER", "INFO", "PING", "PONG"].map((c) => `${prefix}.${c}.${nodes}`);
  const toMe = ["REQ", "RES", "EVENT"].map((c) => `${prefix}.${c}.${name}.>`);
  return {
    publish: [
      ...toAll,
      ...toOne(">"),
      ...callees.map((other) => `${prefix}.REQ.${other}.>`),
      ...callers.map((other) => `${prefix}.RES.${other}.>`),
    ],
    subscribe: [...toAll, ...toOne(`${name}.>`), ...toMe, `${inboxPrefixOf(name)}.>`],
  };
}

/** The nodes that a service broadcasts to; all of them keep answers, and must hear that these are old. */
function listenersTo({ services }: MeshMap, { broadcasts = [] }: Service): string[] {
  if (broadcasts.some((event) => event.startsWith("cache.invalidate."))) return [">"];
  const listens = ({ hears = [] }: Service) => hears.some((event) => broadcasts.includes(event));
  return services.filter(listens).map(({ name }) => `${name}.>`);
}

function consumerSubjects(namespace: string, service: string, event: string): string[] {
  const consumer = `${streamOf(namespace)}.${durableOf(service, event)}`;
  return [
    `$JS.API.CONSUMER.CREATE.${consumer}.${eventSubject(namespace, event)}`,
    `$JS.API.CONSUMER.INFO.${consumer}`,
    `$JS.API.CONSUMER.MSG.NEXT.${consumer}`,
    `$JS.ACK.${consumer}.>`,
  ];
}

/** Passwords stay in the environment of the server, as `NATS_PASSWORD_ORDERS`. */
export const passwordVariable = (user: string): string => `NATS_PASSWORD_${user.toUpperCase()}`;

/** The users as a file for nats-server to include. */
export function usersConfig(users: readonly NatsUser[], head: readonly string[]): string {
  const list = (subjects: readonly string[]) =>
    ["[", ...subjects.map((subject) => `          ${JSON.stringify(subject)}`), "        ]"].join(
      "\n",
    );
  const entries = users.map(({ name, publish, subscribe }) =>
    [
      "    {",
      `      user: ${JSON.stringify(name)}`,
      `      password: $${passwordVariable(name)}`,
      "      permissions: {",
      `        publish: ${list(publish)}`,
      `        subscribe: ${list(subscribe)}`,
      "      }",
      "    }",
    ].join("\n"),
  );
  const comments = head.map((line) => `# ${line}`);
  return [...comments, "authorization {", "  users: [", ...entries, "  ]", "}", ""].join("\n");
}
