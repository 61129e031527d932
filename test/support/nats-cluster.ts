import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type NatsConnection } from "nats";
import { natsUserNames, renderNatsUsers } from "../../deploy/nats-users";
import { natsOptions } from "../../lib/messaging/nats-options";
import { passwordVariable } from "../../lib/messaging/nats-users";
import { NatsServer } from "./nats-server";

const root = join(__dirname, "../..");

/** A NATS server with `deploy/nats/tls.conf`: its users for one namespace, and TLS. */
export class GuardedNats {
  private constructor(
    readonly server: NatsServer,
    readonly folder: string,
    readonly passwords: ReadonlyMap<string, string>,
  ) {}

  static async start(namespace: string): Promise<GuardedNats> {
    const folder = await mkdtemp(join(tmpdir(), "souk-nats-conf-"));
    execFileSync(process.execPath, [join(root, "scripts/nats-certs.mjs"), folder]);
    await cp(join(root, "deploy/nats/tls.conf"), join(folder, "tls.conf"));
    await writeFile(join(folder, "users.conf"), renderNatsUsers(namespace));
    // What must be escaped in a URL stands in a password sooner or later.
    const passwords = new Map(
      natsUserNames.map((user) => [user, `p@:/${randomBytes(12).toString("hex")}`]),
    );
    const env = Object.fromEntries(
      [...passwords].map(([user, password]) => [passwordVariable(user), JSON.stringify(password)]),
    );
    const server = await NatsServer.start({
      configFile: join(folder, "tls.conf"),
      env: {
        ...env,
        NATS_TLS_CERT: join(folder, "server.pem"),
        NATS_TLS_KEY: join(folder, "server-key.pem"),
      },
    });
    return new GuardedNats(server, folder, passwords);
  }

  get caFile(): string {
    return join(this.folder, "ca.pem");
  }

  urlFor(user: string, password = this.passwords.get(user) ?? ""): string {
    return `tls://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.server.port}`;
  }

  /** A raw client with the login of a service. */
  connectAs(user: string): Promise<NatsConnection> {
    return connect({ ...natsOptions(this.urlFor(user), this.caFile), reconnect: false });
  }

  async remove(): Promise<void> {
    await this.server.remove();
    await rm(this.folder, { recursive: true, force: true });
  }
}
