import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract, event } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import { Id, ListOf, OneOf, Page, Text, Time } from "./common";

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

/** A file on its way through the mesh, which speaks JSON. */
export const File = Strict({
  contentType: T.String(),
  fileName: T.String({ pattern: "^[A-Za-z0-9._-]{1,100}$" }),
  content: T.String({ description: "base64" }),
});
export type File = Static<typeof File>;

/** A file that is fetched piece by piece: it may be larger than what the mesh carries at once. */
export const FileInPieces = Strict({
  ...T.Omit(File, ["content"]).properties,
  jobId: Id,
  pieces: T.Integer({ minimum: 1 }),
  bytes: T.Integer(),
});
export type FileInPieces = Static<typeof FileInPieces>;

/** What a job made, else what it counted. */
export const JobResult = T.Union([FileInPieces, T.Record(T.String(), T.Integer())]);
export type JobResult = Static<typeof JobResult>;

const isFile = (result: JobResult): result is FileInPieces => "pieces" in result;

/** As RFC 6266 has it; the name needs no quoting. */
const downloadHeaders = ({ contentType, fileName }: Omit<File, "content">) => ({
  "content-type": contentType,
  "content-disposition": `attachment; filename="${fileName}"`,
});

const invoiceDownload = ({ content, fileName }: File) => ({
  headers: downloadHeaders({ contentType: "application/pdf", fileName }),
  // A string also where the OpenAPI is derived, from a stand-in for the result.
  body: Buffer.from(String(content), "base64"),
});

const downloadInPieces = ({ jobId, pieces, bytes, ...file }: FileInPieces) => ({
  headers: downloadHeaders(file),
  pieces: { action: "reports.jobFile", params: { id: jobId }, count: pieces, bytes },
});

const invoiceRoute = (path: string) => ({
  method: "GET" as const,
  path,
  errors: ["INVALID_TRANSITION"],
  reply: invoiceDownload,
});

/** `2026-01-31`, or a moment as `2026-01-31T12:00:00.000Z`. */
const DateOrTime = T.String({
  pattern: "^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z)?$",
});

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
    jobs: action({
      summary: "Jobs, newest first, without their errors",
      params: Strict({ ...Page }),
      result: ListOf(T.Omit(Job, ["errors"])),
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/jobs" },
    }),
    cancelJob: action({
      summary:
        "End a job that is not done; it is `failed` then, with the error `cancelled` on row 0",
      params: Strict({ id: Id }),
      result: Job,
      access: "admin",
      idempotent: true,
      route: { method: "DELETE", path: "/admin/jobs/:id", errors: ["CONFLICT"] },
    }),
    jobResult: action({
      summary:
        "What a completed job made, as a file, or counted; `failed` is the number of errors that it reported",
      params: Strict({ id: Id }),
      result: JobResult,
      access: "admin",
      idempotent: true,
      route: {
        method: "GET",
        path: "/admin/jobs/:id/result",
        errors: ["CONFLICT"],
        files: ["text/csv", XLSX],
        reply: (result) => (isFile(result) ? downloadInPieces(result) : {}),
      },
    }),
    jobFile: action({
      summary: "One piece of the file that a completed job made",
      params: Strict({ id: Id, piece: T.Integer({ minimum: 0 }) }),
      result: Strict({ content: T.String({ description: "base64" }) }),
      access: "admin",
      idempotent: true,
    }),
    addImage: action({
      summary: "Add a picture to a product: its file as JPEG, PNG or WebP, of at most 10 MiB",
      params: Strict({ id: Id, alt: T.Optional(Text(255)) }),
      result: Strict({ url: T.String(), thumbnail: T.String() }),
      access: "admin",
      timeoutMs: 60_000,
      idempotent: true,
      route: {
        method: "POST",
        path: "/admin/products/:id/images",
        status: 201,
        body: "stream",
        contentTypes: ["image/jpeg", "image/png", "image/webp"],
        reply: ({ url }) => ({ headers: { location: url } }),
      },
    }),
    image: action({
      summary: "An uploaded picture",
      params: Strict({ file: T.String({ maxLength: 255 }) }),
      result: Strict({ content: T.String({ description: "base64" }) }),
      access: "public",
      idempotent: true,
      route: {
        method: "GET",
        path: "/media/:file",
        absolute: true,
        reply: ({ content }) => ({
          headers: {
            "content-type": "image/webp",
            "cache-control": "public, max-age=31536000, immutable",
          },
          body: Buffer.from(String(content), "base64"),
        }),
      },
    }),
    invoice: action({
      summary: "The invoice of one's own order as PDF, once it is confirmed",
      params: Strict({ id: Id }),
      result: File,
      access: "customer",
      // A thread may have to start first.
      timeoutMs: 20_000,
      idempotent: true,
      route: invoiceRoute("/orders/:id/invoice"),
    }),
    adminInvoice: action({
      summary: "The invoice of any order as PDF, once it is confirmed",
      params: Strict({ id: Id }),
      result: File,
      access: "admin",
      timeoutMs: 20_000,
      idempotent: true,
      route: invoiceRoute("/admin/orders/:id/invoice"),
    }),
    sales: action({
      summary:
        "Sales by day, product and category as a job; a date is a whole day in UTC, and `to` is included",
      params: Strict({ from: DateOrTime, to: DateOrTime, format: OneOf(["csv", "xlsx"]) }),
      result: Strict({ jobId: Id }),
      access: "admin",
      idempotent: false,
      route: {
        method: "POST",
        path: "/admin/reports/sales",
        status: 202,
        reply: ({ jobId }) => ({ headers: { location: `/api/v1/admin/jobs/${jobId}` } }),
      },
    }),
  },
  events: {
    "job.queued": event({
      summary: "A job waits for a worker",
      version: 1,
      payload: Strict({ jobId: Id, type: T.String() }),
    }),
  },
  calls: ["catalog.addImage", "catalog.put", "inventory.stock", "orders.find"],
  consumes: [
    "job.queued",
    "order.confirmed",
    "payment.refunded",
    "product.created",
    "product.updated",
    "product.archived",
  ],
});
