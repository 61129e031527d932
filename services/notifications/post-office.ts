import type { Logger } from "moleculer";
import type { Config } from "../../config/env";
import type { Caller } from "../../lib/mesh/types";
import type { Database } from "../../lib/store/database";
import { Poller } from "../../lib/store/poller";
import { collectReceivers } from "./bulk/collect-receivers";
import { loadUnsubscribing, type Unsubscribing } from "./bulk/unsubscribing";
import { channelsOf } from "./channel/channels";
import type { PushNetwork } from "./push/network";
import { loadVapid, type Vapid } from "./push/vapid";
import { sendDue } from "./send-due";

const POLL_MS = 1_000;

export interface PostOfficeOptions {
  readonly config: Config;
  readonly db: Database;
  readonly caller: Caller;
  readonly logger: Pick<Logger, "warn">;
  readonly network: PushNetwork;
}

/** What works outside of every transaction: sends what is due, and finds who gets a mail to many. */
export interface PostOffice {
  readonly vapid: Vapid;
  readonly unsubscribing: Unsubscribing;
  readonly sender: Poller;
  readonly collector: Poller;
  /** From now on there is somebody to ask for receivers. */
  start(): void;
  /** Ends what is in hand, then closes the channels. */
  stop(): Promise<void>;
}

export async function openPostOffice(options: PostOfficeOptions): Promise<PostOffice> {
  const { config, db, caller, logger, network } = options;
  const vapid = await loadVapid(db, config);
  const unsubscribing = await loadUnsubscribing(db, config.publicUrl);
  const channels = channelsOf(config, { db, vapid, network });
  const desk = { db, caller, channels, unsubscribing, logger };
  const sender = working("notifications", logger, () => sendDue(desk));
  const collector = working("bulk mail", logger, async () => {
    const busy = await collectReceivers(db, caller);
    if (busy) sender.wake();
    return busy;
  });
  return {
    vapid,
    unsubscribing,
    sender,
    collector,
    start() {
      sender.start();
      collector.start();
    },
    async stop() {
      await Promise.all([sender.stop(), collector.stop()]);
      for (const channel of Object.values(channels)) channel.close?.();
    },
  };
}

/** Works on for as long as there is something to do, and looks now and then whether there is. */
function working(name: string, logger: Pick<Logger, "warn">, step: () => Promise<boolean>): Poller {
  const poller = new Poller({
    name,
    everyMs: POLL_MS,
    logger,
    run: async () => {
      if (await step()) poller.wake();
    },
  });
  return poller;
}
