import type { ServiceSchema } from "moleculer";
import type { Piscina } from "piscina";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { idCursor } from "../../contracts/cursor";
import { fail } from "../../contracts/errors";
import { callerOf } from "../../lib/mesh/caller";
import { implement } from "../../lib/mesh/implement";
import { Poller } from "../../lib/store/poller";
import { durableEvents, type DurableMembers } from "../../mixins/durable-events";
import { addImage } from "./images/add-image";
import { DatabaseImageStore } from "./images/database-image-store";
import type { ImageStore } from "./images/image-store";
import { S3ImageStore } from "./images/s3-image-store";
import { lanes } from "./job-types";
import { JobWorker } from "./job-worker";
import { makeInvoice } from "./make-invoice";
import { presentJob, presentResult, summarize } from "./present-job";
import { queueImport } from "./queue-import";
import { queueReport } from "./queue-report";
import { recordCategory, recordRefund, recordSale } from "./record-sales";
import { deleteOrphans } from "./store/file-store";
import { cancelJob, endedJobs, findJob, listJobs, type JobRow } from "./store/job-store";
import { reportMigrations } from "./store/migrations";
import { findPiece, findResult } from "./store/result-store";
import { jobModel } from "./store/model";
import { createPool } from "./threads/pool";

const SWEEP_MS = 600_000;
const CANCELLED = "cancelled";

type Members = DurableMembers & {
  workers: readonly JobWorker[];
  orphans?: Poller;
  pool: Piscina;
  images: ImageStore;
};

/** Work that takes longer than a request: it is queued as a job, done by whichever replica is free. */
export const reportsService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.reports)<Members>({
    mixins: [
      durableEvents(runtime, {
        service: "reports",
        model: jobModel,
        migrations: reportMigrations,
        retention: [endedJobs],
      }),
    ],
    actions: {
      async importProducts(ctx) {
        return { jobId: await queueImport(this, ctx) };
      },
      async job({ params: { id } }) {
        return presentJob(found(await findJob(this.db, id)));
      },
      async jobs({ params: { cursor, limit = 20 } }) {
        const [before = null] = idCursor(cursor) ?? [];
        const page = await listJobs(this.db, before, limit);
        return { items: page.rows.map(summarize), nextCursor: page.nextCursor };
      },
      async cancelJob({ params: { id } }) {
        await cancelJob(this.db, id, CANCELLED);
        const row = found(await findJob(this.db, id));
        if (row.status === "completed") throw fail("CONFLICT", "the job is completed");
        return presentJob(row);
      },
      async jobResult({ params: { id } }) {
        const row = found(await findJob(this.db, id));
        return presentResult(row, await findResult(this.db, id));
      },
      async jobFile({ params: { id, piece } }) {
        const bytes = await findPiece(this.db, id, piece);
        if (!bytes) throw fail("NOT_FOUND", "there is no such piece");
        return { content: bytes.toString("base64") };
      },
      async addImage(ctx) {
        return addImage(this.images, ctx);
      },
      async image({ params: { file } }) {
        const bytes = await this.images.get(file);
        if (!bytes) throw fail("NOT_FOUND", "there is no such image");
        return { content: bytes.toString("base64") };
      },
      async invoice(ctx) {
        const { id } = ctx.params;
        const order = await ctx.call("orders.find", { id, userId: ctx.user.id });
        return makeInvoice(this.pool, order);
      },
      async adminInvoice(ctx) {
        return makeInvoice(this.pool, await ctx.call("orders.find", ctx.params));
      },
      async sales(ctx) {
        return { jobId: await queueReport(this, ctx) };
      },
    },
    events: {
      "order.confirmed": recordSale,
      "payment.refunded": recordRefund,
      "product.created": recordCategory,
      "product.updated": recordCategory,
      "product.archived": recordCategory,
      async "job.queued"(_event, work) {
        work.afterCommit(() => this.workers.forEach((worker) => worker.wake()));
      },
    },
    created() {
      this.pool = createPool();
      this.workers = [];
    },
    started() {
      const { db, logger } = this;
      const { imageStore } = runtime.config;
      this.images = imageStore ? new S3ImageStore(imageStore) : new DatabaseImageStore(db);
      const tools = { mesh: callerOf(this.broker, "reports"), pool: this.pool };
      const node = this.broker.nodeID;
      this.workers = lanes.map((lane) => new JobWorker({ db, tools, lane, node, logger }));
      this.orphans = new Poller({
        name: "orphaned uploads",
        everyMs: SWEEP_MS,
        logger,
        run: () => deleteOrphans(db),
      });
      for (const worker of this.workers) worker.start();
      this.orphans.start();
    },
    async stopped() {
      await Promise.all(this.workers.map((worker) => worker.stop()));
      await this.orphans?.stop();
      await this.pool.destroy();
    },
  });

function found(row: JobRow | null): JobRow {
  if (!row) throw fail("NOT_FOUND", "no such job");
  return row;
}
