import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceSchema } from "moleculer";
import { inject } from "vitest";
import { readConfig, type Config } from "../../config/env";
import type { ServiceName } from "../../contracts";
import { signerOf } from "../../lib/mesh/signed-context";
import type { ActionName, ActionParams, ActionResult, User } from "../../lib/mesh/types";
import { startShop, type Shop } from "../../shop";
import { allServices } from "./all-services";

export interface TestShop extends Shop {
  readonly config: Config;
  /** Where its gateway listens. */
  readonly url: string;
  /** Calls as a signed-in user; as a service when there is none. */
  call<N extends ActionName>(
    name: N,
    params: ActionParams<N>,
    user?: User | null,
  ): Promise<ActionResult<N>>;
}

export interface TestShopOptions {
  /** Which services run (all). */
  readonly services?: readonly ServiceName[];
  readonly env?: Readonly<Record<string, string>>;
  /** Stand-ins for services that are not under test. */
  readonly doubles?: readonly ServiceSchema[];
}

/** A shop in this process: own data folder, own databases on the run's PostgreSQL, any free port. */
export async function startTestShop(options: TestShopOptions = {}): Promise<TestShop> {
  const dataDir = await mkdtemp(join(tmpdir(), "souk-shop-"));
  const config: Config = {
    ...readConfig({
      PORT: "0",
      HOST: "127.0.0.1",
      METRICS_PORT: "off",
      DATA_DIR: dataDir,
      POSTGRES_URL: inject("postgresUrl"),
      NAMESPACE: `t${randomBytes(5).toString("hex")}`,
      LOG_LEVEL: "error",
      LOG_FORMAT: "json",
      SEED: "none",
      RATE_LIMIT: "off",
      RECONCILE_EVERY_MS: "0",
      ...options.env,
    }),
    ...(options.services ? { services: options.services } : {}),
  };
  const extras = options.doubles ?? [];
  const shop = await startShop(config, { extras, factoryOf: (name) => allServices[name] });
  return {
    ...shop,
    config,
    url: `http://127.0.0.1:${portOf(shop)}`,
    call: (name, params, user) => {
      // A service may call itself; who else may call it is not what these tests are about.
      const [service = ""] = name.split(".");
      const caller = { user: user ?? null, service, action: name };
      return shop.broker.call(name, params, { headers: signerOf(shop.broker).headersFor(caller) });
    },
    stop: async () => {
      await shop.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The port of the gateway's own server; 0 when no gateway runs. */
function portOf(shop: Shop): number {
  const gateway = shop.broker.getLocalService("gateway") as unknown as { server?: Server } | null;
  const address = gateway?.server?.address();
  return typeof address === "object" && address ? address.port : 0;
}

export { eventually } from "./eventually";
