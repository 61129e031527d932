/** Everything that is wrong with the environment, a line each; values of secrets never appear. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join("\n"));
  }
}

export type Env = Readonly<Record<string, string | undefined>>;

const MORE_MONGO_HOSTS = /^(mongodb:\/\/[^,/?]+)(?:,[^,/?]+)+/;

/** Reads variables and collects what is wrong with them, so that one start shows all faults. */
export class Reader {
  readonly faults: string[] = [];
  constructor(readonly env: Env) {}

  text(name: string): string | null {
    const value = this.env[name]?.trim();
    return value ? value : null;
  }

  integer(name: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const text = this.text(name);
    if (text === null) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    this.faults.push(`${name} must be a whole number from ${min} to ${max}`);
    return fallback;
  }

  /** Parts of one, too. */
  decimal(name: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const text = this.text(name);
    if (text === null) return fallback;
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value >= min && value <= max) return value;
    this.faults.push(`${name} must be a number from ${min} to ${max}`);
    return fallback;
  }

  oneOf<const V extends readonly string[]>(
    name: string,
    values: V,
    fallback: V[number],
  ): V[number] {
    const text = this.text(name);
    if (text === null || values.includes(text)) return text ?? fallback;
    this.faults.push(`${name} must be one of ${values.join(", ")}`);
    return fallback;
  }

  url(name: string, ...protocols: string[]): string | null {
    const text = this.text(name);
    if (text === null) return null;
    // MongoDB names the members of a replica set within one URL.
    const servers = text.replace(MORE_MONGO_HOSTS, "$1").split(",");
    const good = servers.every(
      (server) => URL.canParse(server) && protocols.includes(new URL(server).protocol),
    );
    if (good) return text;
    this.faults.push(
      `${name} must be a URL that begins with ${protocols.map((p) => `${p}//`).join(" or ")}`,
    );
    return null;
  }

  list(name: string): string[] {
    return (this.text(name) ?? "")
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  }

  /** Both or neither of two variables. */
  pair(a: string, b: string): [string, string] | null {
    const [first, second] = [this.text(a), this.text(b)];
    if (first !== null && second !== null) return [first, second];
    if (first !== null) this.faults.push(`${b} is missing, and ${a} is set`);
    if (second !== null) this.faults.push(`${a} is missing, and ${b} is set`);
    return null;
  }
}
