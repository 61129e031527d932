import { join } from "node:path";
import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import { DocumentFile } from "../lib/embedded/document-file";
import { messageOf } from "../lib/errors";
import { defineMixin } from "../lib/mesh/implement";
import { moleculerDb } from "./moleculer-db";

export interface DocumentsOptions {
  readonly service: string;
  readonly unique: readonly string[];
}

/** What this mixin adds to `this`. */
export interface DocumentsMembers {
  /** moleculer-db's adapter; made when the service is created, connected before it starts. */
  readonly adapter: DocumentFile;
}

type This = Service & DocumentsMembers;

/**
 * Gives a service a collection of documents by moleculer-db: read from `<dataDir>/<service>/` before
 * the service starts, closed after it stopped. A file that is damaged ends the process, since to go
 * on without a part of it would be worse.
 */
export function documents(runtime: Runtime, options: DocumentsOptions): Partial<ServiceSchema> {
  const file = join(runtime.config.dataDir, options.service, "documents.db");
  return defineMixin<This>({
    ...moleculerDb,
    adapter: new DocumentFile({ file, unique: options.unique }),
    methods: {
      // Does not reject, or moleculer-db would try again each second for ever.
      async connect(this: This): Promise<void> {
        try {
          await this.adapter.connect();
        } catch (error) {
          // Of a start that failed elsewhere: the file is closed under whoever still opens it.
          if (this.broker.stopping) return new Promise<never>(() => undefined);
          this.broker.fatal(`${file}: ${messageOf(error)}`, error as Error, true);
        }
      },
    },
  });
}
