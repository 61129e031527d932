/** As far as we use it; the package has no types of its own. */
declare module "moleculer-prometheus" {
  interface Definition {
    readonly type: string;
    readonly help: string;
    readonly labelNames?: readonly string[];
  }
  const schema: {
    readonly settings: { readonly metrics: Readonly<Record<string, Definition>> };
    readonly methods: Readonly<Record<string, (...args: unknown[]) => unknown>>;
  };
  export = schema;
}
