import type { Logger } from "moleculer";
import type { Caller } from "../../lib/mesh/types";
import type { Database } from "../../lib/store/database";
import type { Unsubscribing } from "./bulk/unsubscribing";
import type { Channels } from "./channel/channels";

/** What sending takes. */
export interface Desk {
  readonly db: Database;
  readonly caller: Caller;
  readonly channels: Channels;
  readonly unsubscribing: Unsubscribing;
  readonly logger: Pick<Logger, "warn">;
}
