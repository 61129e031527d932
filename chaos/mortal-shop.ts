import { setTimeout as sleep } from "node:timers/promises";
import { readStores } from "../config/env";
import { AdminClient, Client, type Answer } from "../test/support/client";
import { freePort } from "../test/support/free-port";
import { ShopProcess } from "../test/support/shop-process";
import type { Finding } from "../verify/check";
import { violated } from "../verify/report";
import { openTarget } from "../verify/target";
import { verify } from "../verify/verify";

const ADMIN = { ADMIN_EMAIL: "admin@example.com", ADMIN_PASSWORD: "an admin's password" };
const FAULTS = { FAULTS: "by-message", FAULTS_TOKEN: "this shop may be broken on purpose" };
const PATIENCE_MS = 60_000;
const PAUSE_MS = 25;
/** Shorter than an access token lives. */
const SIGN_IN_AFTER_MS = 240_000;

export interface Judgement {
  readonly wrong: readonly Finding[];
  /** What did not come to an end. */
  readonly underWay: readonly string[];
}

/** A shop as a process of its own, with its data kept over deaths; whoever asks it starts it again. */
export class MortalShop {
  /** How often it was found dead and started again. */
  revivals = 0;
  #admin: AdminClient | undefined;
  #signedInAt = 0;

  private constructor(
    readonly process: ShopProcess,
    readonly url: string,
  ) {}

  /** `root` is the tree whose build runs: this one, or a copy with a bug in it. */
  static async start(
    env: Readonly<Record<string, string>> = {},
    root?: string,
  ): Promise<MortalShop> {
    const port = await freePort();
    // Sagas are on trial here: what brings their failures in order afterwards would hide them.
    const alone = { ORDER_TIMEOUT_MS: "60000", RECONCILE_EVERY_MS: "0" };
    const all = { ...ADMIN, ...FAULTS, ...alone, PORT: String(port), ...env };
    const shop = new MortalShop(await ShopProcess.create(all, root), `http://127.0.0.1:${port}`);
    await shop.process.start();
    return shop;
  }

  /** Asks until there is an answer of the shop's own will: neither silence nor a 5xx. */
  async ask<T>(request: (admin: AdminClient) => Promise<Answer<T>>): Promise<Answer<T>> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        const answer = await request(await this.#signedIn());
        if (answer.status < 500) return answer;
        if (Date.now() > end) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
        await this.revive();
      } catch (error) {
        if (Date.now() > end) throw error;
        // It may be killed once more while it starts.
        await this.revive().catch(() => undefined);
      }
      await sleep(PAUSE_MS);
    }
  }

  /** Starts it again if it is dead, without a fault. */
  async revive(): Promise<void> {
    if (!this.process.isGone) return;
    this.revivals++;
    await this.process.start();
  }

  /** Waits until nothing is under way, and judges all invariants. */
  async judge({ settleMs = 30_000, allowDead = false } = {}): Promise<Judgement> {
    const target = await openTarget(readStores({ DATA_DIR: this.process.dataDir }));
    try {
      const { findings, underWay } = await verify(target, { settleMs, limits: { allowDead } });
      return { wrong: violated(findings), underWay };
    } finally {
      await target.close();
    }
  }

  /** Everybody here is one user, who is the admin as well. */
  async #signedIn(): Promise<AdminClient> {
    if (!this.#admin || Date.now() - this.#signedInAt > SIGN_IN_AFTER_MS) {
      const client = await new Client(this.url).login(ADMIN.ADMIN_EMAIL, ADMIN.ADMIN_PASSWORD);
      this.#admin = new AdminClient(this.url, client.token);
      this.#signedInAt = Date.now();
    }
    return this.#admin;
  }
}
