import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { serviceNames } from "../../contracts";
import { renderKubernetes } from "../../deploy/kubernetes";
import { schemaFaults, unknownFields, type Manifest } from "../support/kubernetes-schemas";

const text = readFileSync(join(__dirname, "../../k8s.yaml"), "utf8");
const read = (yaml: string) =>
  parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);
const manifests = read(text);
const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const namesOf = (kind: string) => ofKind(kind).map(({ metadata }) => metadata.name);

/** k8s.yaml with a mistake in it. */
const mistaken = (right: string, wrong: string): Manifest[] => {
  expect(text).toContain(right);
  return read(text.replace(right, wrong));
};

test("k8s.yaml is what deploy/ renders; npm run k8s:render makes it so", () => {
  expect(text).toBe(renderKubernetes());
});

test("every manifest obeys Kubernetes' schema of its kind", () => {
  expect(manifests.flatMap(schemaFaults)).toEqual([]);
});

test.each([
  ["replicas: 2", 'replicas: "2"', "Deployment gateway: data/spec/replicas must be integer"],
  ["containerPort: 3030", "hostPort: 3030", "must have required property containerPort"],
  ["kind: Ingress", "kind: Ingres", "there is no Ingres in networking.k8s.io/v1"],
])("the schemas see a mistake: %s → %s", (right, wrong, fault) => {
  expect(mistaken(right, wrong).flatMap(schemaFaults).join()).toContain(fault);
});

test("no manifest has a field that Kubernetes does not know", { timeout: 60_000 }, () => {
  const [planted] = mistaken("readinessProbe:", "readynessProbe:").filter(
    (manifest, at) => JSON.stringify(manifest) !== JSON.stringify(manifests[at]),
  );
  expect(planted).toBeDefined();
  const faults = unknownFields(planted ? [...manifests, planted] : []);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain("readynessProbe");
});

test("every service has a Deployment with its own SERVICES and probes, and a Service", () => {
  expect(namesOf("Deployment").sort()).toEqual([...serviceNames].sort());
  expect(namesOf("Service")).toEqual(expect.arrayContaining([...serviceNames]));
  for (const { metadata, spec } of ofKind("Deployment")) {
    const container = spec?.template?.spec.containers[0];
    expect(container).toMatchObject({
      env: expect.arrayContaining([{ name: "SERVICES", value: metadata.name }]) as unknown,
      startupProbe: expect.anything() as unknown,
      readinessProbe: expect.anything() as unknown,
      livenessProbe: expect.anything() as unknown,
    });
  }
});

test("a password is only ever a reference to the Secret", () => {
  const containers = [...ofKind("Deployment"), ...ofKind("StatefulSet")].flatMap(
    ({ spec }) => spec?.template?.spec.containers ?? [],
  );
  const secret = /PASSWORD|SECRET|KEY|SMTP_URL|SMS_GATEWAY_URL/;
  const named = containers.flatMap(({ env = [] }) => env.filter(({ name }) => secret.test(name)));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ value }) => value !== undefined)).toEqual([]);
  expect(ofKind("Secret")).toEqual([]);
});
