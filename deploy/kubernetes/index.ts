import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ServiceName } from "../../contracts";
import { services } from "../services";
import { options } from "../settings";
import { metadataOf, NAMESPACE, OPTIONS, type Manifest } from "./common";
import { serverManifests } from "./servers";
import { ingress, serviceManifests } from "./shop";

const HEADER = `# Rendered by \`npm run k8s:render\` from deploy/services.ts; a test fails when it is stale.
# deploy/README.md says which Secrets it asks for, and how to bring it up.
`;
const NATS_FILES = ["nats.conf", "users.conf"];

/** k8s.yaml: the four servers, each service, and the Ingress. */
export const renderKubernetes = (): string =>
  HEADER +
  manifests()
    .map((manifest) => stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join("---\n");

function manifests(): Manifest[] {
  const nats = NATS_FILES.map((name) => [
    name,
    readFileSync(join(__dirname, "../nats", name), "utf8"),
  ]);
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: NAMESPACE,
        labels: { "pod-security.kubernetes.io/enforce": "restricted" },
      },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadataOf(OPTIONS), data: options },
    ...serverManifests(Object.fromEntries(nats) as Record<string, string>),
    ...Object.entries(services).flatMap(
      ([name, deployment]) => serviceManifests(name as ServiceName, deployment), // forgotten keys' type
    ),
    ingress(),
  ];
}
