import { join } from "node:path";
import * as apps from "kubernetes-models/apps/v1";
import * as networking from "kubernetes-models/networking.k8s.io/v1";
import * as policy from "kubernetes-models/policy/v1";
import * as core from "kubernetes-models/v1";
import ts from "typescript";

export interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly startupProbe?: object;
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
}

/** As far as the tests look into one. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly ports?: readonly { readonly port: number }[];
    readonly template?: { readonly spec: { readonly containers: readonly [Container] } };
  };
}

/** Kubernetes' own schemas, compiled, by apiVersion and kind. */
const schemas = {
  v1: core,
  "apps/v1": apps,
  "networking.k8s.io/v1": networking,
  "policy/v1": policy,
} as unknown as Record<string, Record<string, new (data: object) => { validate(): void }>>; // modules

/** What the schema of its kind says against a manifest, if anything. */
export function schemaFaults(manifest: Manifest): string[] {
  const { apiVersion, kind, metadata } = manifest;
  const Model = schemas[apiVersion]?.[kind];
  if (!Model) return [`there is no ${kind} in ${apiVersion}`];
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [`${kind} ${metadata.name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

const root = join(__dirname, "../..");

/**
 * Fields that Kubernetes does not know. Its schemas allow them and the API server drops them with no more
 * than a warning; the types of the same package do not.
 */
export function unknownFields(manifests: readonly Manifest[]): string[] {
  const file = join(root, "test/manifests.ts");
  const text = manifests
    .map(({ apiVersion, kind, ...rest }, at) => {
      const type = `import("kubernetes-models/${apiVersion}/${kind}").I${kind}`;
      return `export const m${at}: ${type} = ${JSON.stringify({ apiVersion, kind, ...rest })};`;
    })
    .join("\n");
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const disk = { ...host };
  host.fileExists = (name) => name === file || disk.fileExists(name);
  host.readFile = (name) => (name === file ? text : disk.readFile(name));
  host.getSourceFile = (name, version) =>
    name === file ? ts.createSourceFile(name, text, version) : disk.getSourceFile(name, version);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
