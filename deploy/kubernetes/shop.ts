import type { IDeployment, IDeploymentSpec } from "kubernetes-models/apps/v1";
import type { IIngress } from "kubernetes-models/networking.k8s.io/v1";
import type { IPodDisruptionBudget } from "kubernetes-models/policy/v1";
import type { IContainer, IPersistentVolumeClaim, IService } from "kubernetes-models/v1";
import type { ServiceName } from "../../contracts";
import { secrets, type Deployment } from "../services";
import { ports, settings } from "../settings";
import {
  containerSecurity,
  fromSecret,
  labelsOf,
  metadataOf,
  OPTIONS,
  podSecurity,
  reach,
  type Manifest,
} from "./common";

/** The user of the image. */
const USER = 1000;

/** All that one service of the shop needs. */
export function serviceManifests(name: ServiceName, deployment: Deployment): Manifest[] {
  const { replicas, keeps } = deployment;
  return [
    deploymentOf(name, deployment),
    serviceOf(name),
    ...(replicas > 1 ? [disruptionBudget(name)] : []),
    ...(keeps ? [claim(name, keeps)] : []),
  ];
}

function deploymentOf(name: ServiceName, deployment: Deployment): IDeployment {
  const { replicas, keeps } = deployment;
  const selector = { matchLabels: labelsOf(name) };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(name),
    spec: {
      replicas,
      selector,
      strategy: keeps ? { type: "Recreate" } : ONE_MORE_WHILE_ROLLING,
      template: {
        metadata: { labels: labelsOf(name) },
        spec: {
          automountServiceAccountToken: false,
          // Kubernetes would add variables by the names of services, ORDERS_PORT and the like.
          enableServiceLinks: false,
          // The 5 s of preStop and the 10 s after which a node that cannot stop in order just ends.
          terminationGracePeriodSeconds: 30,
          securityContext: podSecurity(USER),
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: selector,
            },
          ],
          containers: [container(name, deployment)],
          volumes: [
            keeps
              ? { name: "data", persistentVolumeClaim: { claimName: `${name}-data` } }
              : { name: "data", emptyDir: {} },
            { name: "tmp", emptyDir: {} },
          ],
        },
      },
    },
  };
}

const ONE_MORE_WHILE_ROLLING: NonNullable<IDeploymentSpec["strategy"]> = {
  type: "RollingUpdate",
  rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
};

function container(name: ServiceName, deployment: Deployment): IContainer {
  const { cpu, memory, servers, secrets: given } = deployment;
  const isGateway = name === "gateway";
  return {
    name,
    image: settings.image,
    env: [
      { name: "SERVICES", value: name },
      ...["nats" as const, ...servers].flatMap((server) => reach(name, server)),
      ...given.map((secret) => fromSecret(secret, { required: secrets[secret] })),
    ],
    envFrom: [{ configMapRef: { name: OPTIONS } }],
    ports: [
      { name: "metrics", containerPort: ports.metrics },
      ...(isGateway ? [{ name: "http", containerPort: ports.http }] : []),
    ],
    ...probes(isGateway ? "http" : "metrics"),
    // Load balancers hear only after the pod of its end, and send requests until then.
    ...(isGateway ? { lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } } } : {}),
    // No limit of CPU: it would throttle the event loop in the middle of a request.
    resources: { requests: { cpu, memory }, limits: { memory } },
    securityContext: containerSecurity,
    volumeMounts: [
      { name: "data", mountPath: "/data" },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}

/**
 * A node is asked about itself only. The gateway's own /health/ready asks the whole shop: as a probe it
 * would close the door because of one service that is away.
 */
const probes = (alive: "http" | "metrics"): Partial<IContainer> => ({
  startupProbe: {
    httpGet: { path: "/health/ready", port: "metrics" },
    periodSeconds: 2,
    failureThreshold: 90,
  },
  readinessProbe: {
    httpGet: { path: "/health/ready", port: "metrics" },
    periodSeconds: 5,
    timeoutSeconds: 2,
  },
  livenessProbe: {
    httpGet: { path: "/health/live", port: alive },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
  },
});

/** For Prometheus, and the gateway's for the Ingress; the services find each other over NATS. */
const serviceOf = (name: ServiceName): IService => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: metadataOf(name),
  spec: {
    selector: labelsOf(name),
    ports: [
      { name: "metrics", port: ports.metrics, targetPort: "metrics" },
      ...(name === "gateway" ? [{ name: "http", port: ports.http, targetPort: "http" }] : []),
    ],
  },
});

const disruptionBudget = (name: ServiceName): IPodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: metadataOf(name),
  spec: { maxUnavailable: 1, selector: { matchLabels: labelsOf(name) } },
});

const claim = (name: ServiceName, storage: string): IPersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { ...metadataOf(name), name: `${name}-data` },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
});

/** The only way in from outside. */
export const ingress = (): IIngress => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: {
    ...metadataOf("gateway"),
    annotations: {
      // The largest import; and order events that flow as they happen, for as long as somebody looks.
      "nginx.ingress.kubernetes.io/proxy-body-size": "64m",
      "nginx.ingress.kubernetes.io/proxy-buffering": "off",
      "nginx.ingress.kubernetes.io/proxy-read-timeout": "3600",
    },
  },
  spec: {
    ingressClassName: settings.ingressClass,
    tls: [{ hosts: [settings.host], secretName: settings.tlsSecret }],
    rules: [
      {
        host: settings.host,
        http: {
          paths: [
            {
              path: "/",
              pathType: "Prefix",
              backend: { service: { name: "gateway", port: { name: "http" } } },
            },
          ],
        },
      },
    ],
  },
});
