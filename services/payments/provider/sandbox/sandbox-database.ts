import { Sequelize } from "sequelize";
import type { Runtime } from "../../../../config/runtime";
import { Database } from "../../../../lib/store/database";
import { migrate } from "../../../../lib/store/migrate";
import { databaseUrl, ensureDatabase, sequelizeOptions } from "../../../../lib/store/postgres";
import { sandboxMigrations } from "./migrations";

const MAX_CONNECTIONS = 4;

/** The sandbox's database, made and opened when it is first needed, and again when that failed. */
export class SandboxDatabase {
  readonly #url: string;
  #sequelize: Sequelize | null = null;
  #opening: Promise<Database> | null = null;

  constructor({ config, postgresUrl }: Runtime) {
    // Where payments alone has a server, beside its database.
    const server = postgresUrl || (config.databaseUrls.payments ?? "");
    this.#url = databaseUrl(server, config.namespace, "sandbox");
  }

  open(): Promise<Database> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined); // one that failed has left nothing open
    await this.#sequelize?.close();
  }

  async #open(): Promise<Database> {
    await ensureDatabase(this.#url);
    await migrate(this.#url, sandboxMigrations);
    const options = { service: "sandbox", maxConnections: MAX_CONNECTIONS };
    this.#sequelize = new Sequelize(sequelizeOptions(this.#url, options));
    return new Database(this.#sequelize);
  }
}
