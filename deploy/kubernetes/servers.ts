import type { IStatefulSet } from "kubernetes-models/apps/v1";
import type { IContainer, IEnvVar, IService, IVolume } from "kubernetes-models/v1";
import { passwordVariable } from "../../lib/messaging/nats-users";
import { natsUserNames } from "../nats-users";
import { checks, commands, images, type ServerName } from "../settings";
import {
  containerSecurity,
  fromSecret,
  labelsOf,
  metadataOf,
  podSecurity,
  type Manifest,
} from "./common";

interface Server {
  /** Of the image. */
  readonly user: number;
  readonly port: number;
  readonly storage: string;
  readonly memory: string;
  readonly folder: string;
  readonly env: readonly IEnvVar[];
  /** Folders that are written to and may be lost, beside /tmp. */
  readonly scratch?: readonly string[];
}

const servers: Readonly<Record<ServerName, Server>> = {
  nats: {
    user: 1000,
    port: 4222,
    storage: "10Gi",
    memory: "512Mi",
    folder: "/data",
    env: [
      { name: "NATS_SERVER_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      ...natsUserNames.map((user) => fromSecret(passwordVariable(user))),
    ],
  },
  postgres: {
    user: 999,
    port: 5432,
    storage: "20Gi",
    memory: "1Gi",
    folder: "/var/lib/postgresql",
    env: [{ name: "POSTGRES_USER", value: "souk" }, fromSecret("POSTGRES_PASSWORD")],
    scratch: ["/var/run/postgresql"],
  },
  mongo: {
    user: 999,
    port: 27017,
    storage: "10Gi",
    memory: "1Gi",
    folder: "/data/db",
    env: [
      { name: "MONGO_INITDB_ROOT_USERNAME", value: "souk" },
      fromSecret("MONGO_INITDB_ROOT_PASSWORD", { key: "MONGO_PASSWORD" }),
      fromSecret("MONGO_KEYFILE"),
      { name: "MONGO_MEMBER", value: "mongo-0.mongo:27017" },
      { name: "HOME", value: "/tmp" },
    ],
    scratch: ["/data/configdb"],
  },
  redis: {
    user: 999,
    port: 6379,
    storage: "2Gi",
    memory: "512Mi",
    folder: "/data",
    env: [fromSecret("REDIS_PASSWORD")],
  },
};

/** The four servers, one pod each. `natsFiles`: name and text of what stands in deploy/nats. */
export function serverManifests(natsFiles: Readonly<Record<string, string>>): Manifest[] {
  const all = Object.entries(servers).flatMap(([name, server]) => [
    statefulSet(name as ServerName, server), // Object.entries forgets the keys' type
    headlessService(name, server),
  ]);
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadataOf("nats"), data: { ...natsFiles } },
    ...all,
  ];
}

function statefulSet(name: ServerName, server: Server): IStatefulSet {
  const { user, storage, scratch = [] } = server;
  const volumes: IVolume[] = ["/tmp", ...scratch].map((folder) => ({
    name: volumeName(folder),
    emptyDir: {},
  }));
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadataOf(name),
    spec: {
      serviceName: name,
      replicas: 1,
      selector: { matchLabels: labelsOf(name) },
      template: {
        metadata: { labels: labelsOf(name) },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 60,
          securityContext: podSecurity(user),
          containers: [container(name, server)],
          volumes:
            name === "nats" ? [...volumes, { name: "config", configMap: { name } }] : volumes,
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
        },
      ],
    },
  };
}

function container(name: ServerName, { port, memory, folder, env, scratch = [] }: Server) {
  const check = { exec: { command: [...checks[name]] }, timeoutSeconds: 5 };
  return {
    name,
    image: images[name],
    // `args`, so that the image's entry point makes the folders and users of a first start.
    args: [...commands[name]],
    env: [...env],
    ports: [{ name, containerPort: port }],
    startupProbe: { ...check, periodSeconds: 5, failureThreshold: 60 },
    readinessProbe: { ...check, periodSeconds: 10 },
    // A full server is slow to answer a check, and no better for being restarted.
    livenessProbe: { tcpSocket: { port: name }, periodSeconds: 10, failureThreshold: 6 },
    resources: { requests: { cpu: "250m", memory }, limits: { memory } },
    securityContext: containerSecurity,
    volumeMounts: [
      { name: "data", mountPath: folder },
      ...["/tmp", ...scratch].map((mountPath) => ({ name: volumeName(mountPath), mountPath })),
      ...(name === "nats" ? [{ name: "config", mountPath: "/etc/nats" }] : []),
    ],
  } satisfies IContainer;
}

const volumeName = (folder: string): string => folder.slice(1).replaceAll("/", "-");

/** Names the pod itself. MongoDB asks for its own name before it is ready. */
const headlessService = (name: string, { port }: Server): IService => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: metadataOf(name),
  spec: {
    clusterIP: "None",
    publishNotReadyAddresses: name === "mongo",
    selector: labelsOf(name),
    ports: [{ name, port, targetPort: name }],
  },
});
