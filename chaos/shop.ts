import { setTimeout as sleep } from "node:timers/promises";
import type { Stores } from "../config/env";
import { AdminClient, type Answer } from "../test/support/client";
import type { Finding, Limits } from "../verify/check";
import { violated } from "../verify/report";
import { openTarget } from "../verify/target";
import { verify } from "../verify/verify";

/** A shop that can be broken from outside, and which alone has to bring itself in order again. */
export const BREAKABLE = {
  FAULTS: "by-message",
  FAULTS_TOKEN: "this shop may be broken on purpose",
  // Sagas are on trial here: what brings their failures in order afterwards would hide them.
  RECONCILE_EVERY_MS: "0",
};
const PATIENCE_MS = 60_000;
/** Eight buyers who ask more often slow down a shop that starts. */
const PAUSE_MS = 100;
/** Shorter than an access token lives. */
const SIGN_IN_AFTER_MS = 240_000;

export interface Judgement {
  readonly wrong: readonly Finding[];
  /** What did not come to an end. */
  readonly underWay: readonly string[];
}

export interface JudgeOptions extends Partial<Limits> {
  readonly settleMs?: number;
}

/** An earlier try under the same key, whose answer did not arrive, is still at work. */
const isInFlight = ({ body }: Answer): boolean =>
  (body as { readonly code?: string } | null)?.code === "IDEMPOTENCY_KEY_IN_FLIGHT";

/** A shop on trial: broken while it is asked, and judged in the end. */
export abstract class Shop {
  #token: string | null = null;
  #signedInAt = 0;

  /** Where it is reached at this moment. */
  abstract get url(): string;
  /** How often a process of it died and was started again. */
  abstract get revivals(): number;
  /** All that it wrote. */
  abstract get log(): string;
  /** Where its data are, for who is not disturbed by what disturbs the shop. */
  abstract get stores(): Stores;
  /** What to do after an answer that was none. */
  abstract revive(): Promise<void>;
  /** Ends all that was done to it: nothing is armed, everything is there. */
  abstract calm(): Promise<void>;
  abstract remove(): Promise<void>;

  /** Asks until there is an answer of the shop's own will: neither silence, nor a 5xx, nor "wait". */
  async ask<T>(request: (admin: AdminClient) => Promise<Answer<T>>): Promise<Answer<T>> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        const answer = await request(await this.#signedIn());
        if (answer.status < 500 && !isInFlight(answer)) return answer;
        if (performance.now() > end)
          throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
        await this.revive();
      } catch (error) {
        if (performance.now() > end) throw error;
        // It may be killed once more while it starts.
        await this.revive().catch(() => undefined);
      }
      await sleep(PAUSE_MS);
    }
  }

  /** Waits until nothing is under way, and judges all invariants. */
  async judge({ settleMs = 30_000, ...limits }: JudgeOptions = {}): Promise<Judgement> {
    const target = await openTarget(this.stores);
    try {
      const { findings, underWay } = await verify(target, { settleMs, limits });
      return { wrong: violated(findings), underWay };
    } finally {
      await target.close();
    }
  }

  /** Everybody here is one user, who is the admin as well. */
  async #signedIn(): Promise<AdminClient> {
    if (this.#token === null || performance.now() - this.#signedInAt > SIGN_IN_AFTER_MS) {
      this.#token = (await AdminClient.signIn(this.url)).token;
      this.#signedInAt = performance.now();
    }
    return new AdminClient(this.url, this.#token);
  }
}
