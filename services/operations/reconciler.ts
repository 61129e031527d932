import type { Service, ServiceBroker, ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { durableServices } from "../../contracts";
import { fail } from "../../contracts/errors";
import { shopMetrics } from "../../contracts/metrics";
import { findingKinds, type Reconciliation } from "../../contracts/operations";
import { newId } from "../../lib/ids";
import { callerOf } from "../../lib/mesh/caller";
import { defineMixin } from "../../lib/mesh/implement";
import { meterOf } from "../../lib/observability/meter";
import { startSampler, type Sampler } from "../../lib/observability/sampler";
import { keepLease } from "../../lib/store/keep-lease";
import { Poller } from "../../lib/store/poller";
import { postgres, type PostgresMembers } from "../../mixins/postgres";
import { reconcile, type LastRun } from "./reconcile";
import { operationsMigrations } from "./store/migrations";
import { reconciliationModel } from "./store/model";
import * as store from "./store/reconciliation-store";

/** How often a replica looks whether a run is due. */
const LOOK_MS = 5_000;
const SAMPLE_MS = 10_000;
/** How long the first run waits for the services that it asks: they may be starting as well. */
const PATIENCE_MS = 60_000;

export interface ReconcilerMembers extends PostgresMembers {
  /** Runs now. Throws CONFLICT while a run is under way. */
  reconcileNow(): Promise<Reconciliation>;
  lastReconciliation(): Promise<Reconciliation>;
}

type This = Service &
  ReconcilerMembers & {
    due?: Poller;
    runSampler?: Sampler | null;
    stopping: AbortController;
  };

/** Compares what all services know of orders: once a minute in the whole shop, by whoever has the turn. */
export function reconciler(runtime: Runtime): Partial<ServiceSchema> {
  const { everyMs, graceMs } = runtime.config.reconcile;
  return defineMixin<This>({
    mixins: [
      postgres(runtime, {
        service: "operations",
        model: reconciliationModel,
        migrations: operationsMigrations,
      }),
    ],
    methods: {
      async reconcileNow(this: This) {
        if (await takeTurnAndRun(this, { early: true, everyMs, graceMs })) return lastOf(this);
        throw fail("CONFLICT", "a run is under way");
      },
      lastReconciliation(this: This) {
        return lastOf(this);
      },
    },
    created() {
      this.stopping = new AbortController();
    },
    started() {
      this.runSampler = sampleRuns(this);
      if (everyMs === 0) return;
      let early = true;
      const patientUntil = performance.now() + PATIENCE_MS;
      this.due = new Poller({
        name: "reconciler",
        everyMs: Math.min(LOOK_MS, everyMs),
        logger: this.logger,
        run: async () => {
          if (early && !areThere(this.broker) && performance.now() < patientUntil) return;
          await takeTurnAndRun(this, { early, everyMs, graceMs });
          early = false;
        },
      });
      this.due.start();
    },
    async stopped() {
      this.stopping.abort();
      await this.due?.stop();
      await this.runSampler?.stop();
    },
  });
}

/** Whether all can be asked. Who is still missing after a while is named by the run itself. */
const areThere = ({ registry }: ServiceBroker): boolean =>
  durableServices.every((name) => registry.actions.isAvailable(`${name}.backlog`));

interface TurnOptions {
  readonly early: boolean;
  readonly everyMs: number;
  readonly graceMs: number;
}

/** False when it is not this replica's turn. */
async function takeTurnAndRun(self: This, options: TurnOptions): Promise<boolean> {
  const holder = newId();
  const last = await store.takeTurn(self.db, holder, options);
  if (!last) return false;
  const lease = keepLease({
    name: "the reconciliation",
    leaseMs: store.LEASE_MS,
    renew: () => store.renewTurn(self.db, holder),
    logger: self.logger,
  });
  const lost = AbortSignal.any([lease.lost, self.stopping.signal]);
  try {
    await store.keepRun(self.db, holder, await run(self, last, options.graceMs, lost));
  } catch (error) {
    await store.endTurn(self.db, holder);
    if (!self.stopping.signal.aborted) throw error;
  } finally {
    lease.end();
  }
  return true;
}

async function run(self: This, last: LastRun, graceMs: number, lost: AbortSignal) {
  const meter = meterOf(self.broker, shopMetrics);
  const caller = callerOf(self.broker, "operations");
  const found = await reconcile({
    ...{ caller, last, graceMs, lost },
    repaired: (kind) => meter.add("shop_reconciliation_repairs_total", { kind }),
  });
  for (const { kind, orderId, detail, action } of found.findings) {
    self.logger.warn(
      `reconciliation: ${kind}${orderId ? ` of order ${orderId}` : ""}: ${detail}; ${action}`,
    );
  }
  return found;
}

async function lastOf({ db }: This): Promise<Reconciliation> {
  const { ranAt, checked, findings } = await store.lastRun(db);
  return { ranAt, checked, findings };
}

/** Every replica tells the same of the last run, whoever made it. */
function sampleRuns(self: This): Sampler | null {
  const meter = meterOf(self.broker, shopMetrics);
  let read: { readonly ageSeconds: number; readonly at: number } | undefined;
  async function sample(): Promise<void> {
    const tellAge = (seconds: number) => meter.set("shop_reconciliation_age_seconds", seconds, {});
    // A run that cannot be read grows older all the same: somebody has to hear of it.
    if (read) tellAge(read.ageSeconds + (performance.now() - read.at) / 1_000);
    const { findings, ageSeconds } = await store.lastRun(self.db);
    read = { ageSeconds, at: performance.now() };
    tellAge(ageSeconds);
    for (const kind of findingKinds) {
      const count = findings.filter((finding) => finding.kind === kind).length;
      meter.set("shop_reconciliation_findings", count, { kind });
    }
  }
  const { broker, logger } = self;
  return startSampler(broker, { name: "the reconciliation", everyMs: SAMPLE_MS, logger, sample });
}
