import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { fail } from "../../contracts/errors";
import { callerOf } from "../../lib/mesh/caller";
import { implement } from "../../lib/mesh/implement";
import { Poller } from "../../lib/store/poller";
import { durableEvents, type DurableMembers } from "../../mixins/durable-events";
import { jobTypes } from "./job-types";
import { JobWorker } from "./job-worker";
import { presentJob, presentResult } from "./present-job";
import { queueImport } from "./queue-import";
import { deleteOrphans } from "./store/file-store";
import { findJob, type JobRow } from "./store/job-store";
import { reportMigrations } from "./store/migrations";
import { jobModel } from "./store/model";

const SWEEP_MS = 600_000;

type Members = DurableMembers & { worker?: JobWorker; orphans?: Poller };

/** Work that takes longer than a request: it is queued as a job, done by whichever replica is free. */
export const reportsService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.reports)<Members>({
    mixins: [
      durableEvents(runtime, {
        service: "reports",
        model: jobModel,
        migrations: reportMigrations,
      }),
    ],
    actions: {
      async importProducts(ctx) {
        return { jobId: await queueImport(this, ctx) };
      },
      async job({ params: { id } }) {
        return presentJob(found(await findJob(this.db, id)));
      },
      async jobResult({ params: { id } }) {
        return presentResult(found(await findJob(this.db, id)));
      },
    },
    events: {
      async "job.queued"(_event, work) {
        work.afterCommit(() => this.worker?.wake());
      },
    },
    started() {
      const { db, logger } = this;
      const mesh = callerOf(this.broker, "reports");
      const node = this.broker.nodeID;
      this.worker = new JobWorker({ db, mesh, types: jobTypes, node, logger });
      this.orphans = new Poller({
        name: "orphaned uploads",
        everyMs: SWEEP_MS,
        logger,
        run: () => deleteOrphans(db),
      });
      this.worker.start();
      this.orphans.start();
    },
    async stopped() {
      await this.worker?.stop();
      await this.orphans?.stop();
    },
  });

function found(row: JobRow | null): JobRow {
  if (!row) throw fail("NOT_FOUND", "no such job");
  return row;
}
