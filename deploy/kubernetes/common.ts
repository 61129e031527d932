import type { IDeployment, IStatefulSet } from "kubernetes-models/apps/v1";
import type { IIngress } from "kubernetes-models/networking.k8s.io/v1";
import type { IPodDisruptionBudget } from "kubernetes-models/policy/v1";
import type {
  IConfigMap,
  IContainer,
  IEnvVar,
  INamespace,
  IPersistentVolumeClaim,
  IPodSecurityContext,
  IService,
} from "kubernetes-models/v1";
import { reachable, type ServerName } from "../settings";

/** The types are Kubernetes' own schemas: a field that it does not know fails `npm run check:types`. */
export type Manifest =
  | IConfigMap
  | IDeployment
  | IIngress
  | INamespace
  | IPersistentVolumeClaim
  | IPodDisruptionBudget
  | IService
  | IStatefulSet;

export const NAMESPACE = "souk";
/** The ConfigMap with the options of every service. */
export const OPTIONS = "souk-options";
/** The Secret that whoever deploys the shop makes (deploy/README.md). */
export const SECRETS = "souk-secrets";

/** Kubernetes knows a pod's part of the shop by these. */
export const labelsOf = (name: string): Record<string, string> => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/part-of": "souk",
});

export const metadataOf = (name: string) => ({
  name,
  namespace: NAMESPACE,
  labels: labelsOf(name),
});

/** What the `restricted` Pod Security Standard asks of a pod, and of its containers. */
export const podSecurity = (user: number): IPodSecurityContext => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
});
export const containerSecurity: NonNullable<IContainer["securityContext"]> = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

export const fromSecret = (
  name: string,
  { key = name, required = true }: { key?: string; required?: boolean } = {},
): IEnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: SECRETS, key, ...(required ? {} : { optional: true }) } },
});

/** The password of a server, and after it the URL that Kubernetes fills it into. */
export function reach(service: string, server: ServerName): IEnvVar[] {
  const { variable, url, password } = reachable[server](service);
  return [
    fromSecret(password),
    { name: variable, value: url.replace("$PASSWORD", `$(${password})`) },
  ];
}
