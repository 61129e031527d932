import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract, event } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import { Id, OneOf, Time } from "./common";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

export const Job = Strict({
  id: Id,
  type: T.String(),
  status: OneOf(["queued", "running", "completed", "failed"]),
  progress: Strict({ done: T.Integer(), total: T.Integer() }),
  errors: T.Array(Strict({ row: T.Integer(), message: T.String() })),
  createdAt: Time,
  updatedAt: Time,
});
export type Job = Static<typeof Job>;

export const reports = defineContract({
  name: "reports",
  durable: true,
  actions: {
    importProducts: action({
      summary: "Import products as a job: Shopify's CSV, or our own columns as CSV or XLSX",
      params: Strict({ currency: T.Optional(T.String({ pattern: "^[A-Z]{3}$" })) }),
      result: Strict({ jobId: Id }),
      access: "admin",
      timeoutMs: 120_000,
      idempotent: false,
      route: {
        method: "POST",
        path: "/admin/products/import",
        status: 202,
        body: "stream",
        contentTypes: ["text/csv", XLSX],
        reply: ({ jobId }) => ({ headers: { location: `/api/v1/admin/jobs/${jobId}` } }),
      },
    }),
    job: action({
      summary: "How far a job is",
      params: Strict({ id: Id }),
      result: Job,
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/jobs/:id" },
    }),
    jobResult: action({
      summary: "What a completed job counted; `failed` is the number of errors that it reported",
      params: Strict({ id: Id }),
      result: T.Record(T.String(), T.Integer()),
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/jobs/:id/result", errors: ["CONFLICT"] },
    }),
  },
  events: {
    "job.queued": event({
      summary: "A job waits for a worker",
      version: 1,
      payload: Strict({ jobId: Id, type: T.String() }),
    }),
  },
  consumes: ["job.queued"],
});
