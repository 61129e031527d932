import { readStores, type Stores } from "../config/env";
import { ADMIN } from "../test/support/client";
import { freePort } from "../test/support/free-port";
import { ShopProcess } from "../test/support/shop-process";
import { BREAKABLE, Shop } from "./shop";

/** A shop as a process of its own, with its data kept over deaths; whoever asks it starts it again. */
export class MortalShop extends Shop {
  /** How often it was found dead and started again. */
  revivals = 0;
  #past = "";

  private constructor(
    readonly process: ShopProcess,
    readonly url: string,
  ) {
    super();
  }

  /** `root` is the tree whose build runs: this one, or a copy with a bug in it. */
  static async start(
    env: Readonly<Record<string, string>> = {},
    root?: string,
  ): Promise<MortalShop> {
    const port = await freePort();
    const all = { ...ADMIN, ...BREAKABLE, ORDER_TIMEOUT_MS: "60000", PORT: String(port), ...env };
    const shop = new MortalShop(await ShopProcess.create(all, root), `http://127.0.0.1:${port}`);
    await shop.process.start();
    return shop;
  }

  get log(): string {
    return this.#past + this.process.output;
  }

  get stores(): Stores {
    return readStores({ DATA_DIR: this.process.dataDir });
  }

  /** Starts it again if it is dead, without a fault. */
  async revive(): Promise<void> {
    if (!this.process.isGone) return;
    this.revivals++;
    this.#past += this.process.output;
    await this.process.start();
  }

  async calm(): Promise<void> {
    await this.revive();
    await this.process.arm("");
  }

  async remove(): Promise<void> {
    await this.process.remove();
  }
}
