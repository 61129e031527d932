import { afterAll, describe, expect, test } from "vitest";
import { newId } from "../../lib/ids";
import type { Database } from "../../lib/store/database";
import { ProgressLog } from "../../services/reports/domain/progress-log";
import {
  cancelJob,
  claimJob,
  endJob,
  insertJob,
  putOff,
  saveProgress,
  type ClaimedJob,
} from "../../services/reports/store/job-store";
import {
  ended,
  importOf,
  jobOf,
  piecesLeft,
  products,
  resultOf,
  Shelves,
  slugs,
  sql,
  startReports,
  stopAll,
  stopReports,
  upload,
} from "../support/reports";
import { dbOf } from "../support/service-db";
import { eventually } from "../support/shop";
import { file } from "../unit/shopify-file";

afterAll(stopAll);

test("what uploads left behind in a crash is swept, but not one that is under way", async () => {
  const first = await startReports(new Shelves());
  const [old, fresh] = [newId(), newId()];
  await sql(
    first,
    `INSERT INTO job_file (job_id, n, bytes, received_at)
     VALUES ($1, 0, 'a', now() - interval '2 hours'), ($2, 0, 'a', now())`,
    [old, fresh],
  );
  const second = await startReports(new Shelves(), first);
  await eventually(async () => (await piecesLeft(second)).length === 1);
  expect(await piecesLeft(second)).toEqual([{ job_id: fresh, n: 0 }]);
});

describe("an import whose worker", () => {
  test("stops goes on where it was, in the next process", async () => {
    const shelves = new Shelves();
    const first = await startReports(shelves);
    const atTen = shelves.reaches("p-10");
    const id = await upload(first, file(...products(40)));
    await atTen;
    await stopReports(first);
    const doneBefore = shelves.puts.length;
    expect(doneBefore).toBeLessThan(40);

    const second = await startReports(shelves, first);
    expect(await ended(second, id)).toMatchObject({
      ...{ status: "completed", progress: { done: 40, total: 40 }, errors: [] },
    });
    // Stopped in an orderly way, nothing is done twice.
    expect(shelves.puts).toEqual(slugs(40));
    expect(await resultOf(second, id)).toMatchObject({ created: 40, stockChanged: 40, failed: 0 });
  });

  test("fell silent is taken over, and what it still writes has no effect", async () => {
    const shelves = new Shelves();
    let stuck: () => void = () => undefined;
    let goOn: () => void = () => undefined;
    const isStuck = new Promise<void>((resolve) => (stuck = resolve));
    const released = new Promise<void>((resolve) => (goOn = resolve));
    shelves.before = async (slug) => {
      if (slug !== "p-15") return;
      stuck();
      await released;
    };
    const first = await startReports(shelves);
    const id = await upload(first, file(...products(20)));
    await isStuck;

    const others = new Shelves();
    const second = await startReports(others, first);
    // Its lease ends; it lives and would renew it, so the other may have to be quick.
    const job = await eventually(async () => {
      await sql(second, "UPDATE job SET due_at = now() WHERE id = $1 AND lease = 1", [id]);
      const found = await jobOf(second, id);
      return found.status === "completed" && found;
    });
    expect(job).toMatchObject({ status: "completed", progress: { done: 20, total: 20 } });
    // Those that were under way together with it are done again, which changes nothing.
    expect(others.puts).toEqual(slugs(20).slice(8));

    goOn();
    await eventually(async () => shelves.puts.includes("p-15"));
    // The worker is free again, which shows that it let go of the job.
    expect(await importOf(first, file(...products(1)))).toMatchObject({ status: "completed" });
    expect(await jobOf(second, id)).toEqual(job);
    expect(await resultOf(second, id)).toMatchObject({ created: 20, stockChanged: 20 });
  });

  test("fails in a way that nobody expected tries again, then gives up and says where", async () => {
    const shelves = new Shelves();
    const shop = await startReports(shelves);
    let failures = 0;
    shelves.before = (slug) => {
      if (slug !== "p-3") return;
      failures += 1;
      throw new Error("secret internals");
    };
    const id = await upload(shop, file(...products(5)));
    // The first two products are saved by then, and the try is counted.
    await eventually(
      async () =>
        (await sql(shop, "SELECT FROM job WHERE position = 3 AND due_at < now() + interval '1 s'"))
          .length === 1,
    );
    await sql(shop, "UPDATE job SET attempts = 4 WHERE id = $1", [id]);
    const job = await ended(shop, id);
    expect(failures).toBe(2);
    expect(job).toMatchObject({ status: "failed", progress: { done: 3, total: 5 } });
    expect(job.errors.map(({ row }) => row)).toEqual([4]);
    expect(job.errors[0]?.message).toContain("on our side");
    expect(JSON.stringify(job)).not.toContain("secret");
  });
});

describe("jobs in order", () => {
  const type = "nobody.does";
  const claim = (db: Database, leaseMs = 60_000) =>
    claimJob(db, { types: [type], inOrder: true, node: "test", leaseMs });

  async function queued(count: number) {
    const db = dbOf(await startReports(new Shelves()), "reports");
    const ids = Array.from({ length: count }, () => newId());
    for (const id of ids) await insertJob(db, { id, type, params: {}, counts: {} });
    const end = (job: ClaimedJob | null, status: "completed" | "failed") => {
      if (!job) throw new Error("no job was claimed");
      return db.transaction((tx) => endJob(tx, job, status));
    };
    return { db, ids, end };
  }

  test("are claimed by one of many replicas at a time, the oldest first, until all are over", async () => {
    const { db, ids, end } = await queued(4);
    const done: string[] = [];
    for (const status of ["completed", "failed", "completed", "completed"] as const) {
      const claimed = await Promise.all(Array.from({ length: 8 }, () => claim(db)));
      const [job = null, ...more] = claimed.filter((each) => each !== null);
      expect(more).toEqual([]);
      done.push(job?.id ?? "");
      await end(job, status);
    }
    expect(done).toEqual(ids);
    expect(await claim(db)).toBeNull();
  });

  test("wait for an older one whose worker died, and for a retry of it", async () => {
    const { db, ids } = await queued(2);
    const first = await claim(db, 0);
    expect(first?.id).toBe(ids[0]);
    const again = await claim(db, 0);
    expect(again).toMatchObject({ id: ids[0], attempts: 2 });
    if (again) await putOff(db, again, { delayMs: 60_000, attempt: "counted" });
    expect(await claim(db)).toBeNull();
  });

  test("do not wait for one that was cancelled, but for the lease of its worker", async () => {
    const { db, ids } = await queued(2);
    const [first = "", second] = ids;
    await claim(db);
    await cancelJob(db, first, "cancelled");
    expect(await claim(db)).toBeNull();
    await db.query("UPDATE job SET due_at = now() WHERE id = $1", [first]);
    expect(await claim(db)).toMatchObject({ id: second });
  });

  test("are not claimed beside a younger one that was seen first, which waits when it lapses", async () => {
    const { db, ids } = await queued(2);
    const [older = "", younger = ""] = ids;
    await db.query("UPDATE job SET status = 'failed' WHERE id = $1", [older]);
    expect(await claim(db)).toMatchObject({ id: younger });
    await db.query("UPDATE job SET status = 'queued' WHERE id = $1", [older]);
    expect(await claim(db)).toBeNull();
    await db.query("UPDATE job SET due_at = now() WHERE id = $1", [younger]);
    expect(await claim(db)).toMatchObject({ id: older });
    expect(await claim(db)).toBeNull();
  });
});

test("of two imports the younger has the last word, though the older one was interrupted", async () => {
  const shelves = new Shelves();
  const first = await startReports(shelves);
  const atTen = shelves.reaches("p-10");
  const rows = (price: string) =>
    file(...products(40).map((row) => ({ ...row, "Variant Price": price })));
  const older = await upload(first, rows("1"));
  await atTen;
  const younger = await upload(first, rows("2"));
  await stopReports(first);
  // As a crash leaves it: the lease lasts on for a while.
  await sql(first, "UPDATE job SET due_at = now() + interval '3 s' WHERE id = $1", [older]);

  const second = await startReports(shelves, first);
  expect(await ended(second, younger)).toMatchObject({ status: "completed" });
  expect(await jobOf(second, older)).toMatchObject({ status: "completed" });
  const prices = [...shelves.products.values()].map(({ variants }) => variants[0]?.price.amount);
  expect(new Set(prices)).toEqual(new Set([200]));
});

test("a report does not wait for an import", async () => {
  const shelves = new Shelves();
  let goOn: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (goOn = resolve));
  shelves.before = () => released;
  const shop = await startReports(shelves);
  const id = await upload(shop, file(...products(3)));
  await eventually(async () => (await jobOf(shop, id)).status === "running");
  const period = { from: "2026-01-01", to: "2026-01-31", format: "csv" } as const;
  const admin = { id: newId(), roles: ["admin"] };
  const report = await shop.call("reports.sales", period, admin);
  expect(await ended(shop, report.jobId)).toMatchObject({ status: "completed" });
  expect(await jobOf(shop, id)).toMatchObject({ status: "running" });
  goOn();
  expect(await ended(shop, id)).toMatchObject({ status: "completed" });
});

describe("a job that is cancelled", () => {
  const admin = { id: newId(), roles: ["admin"] };

  test("ends where it is, as failed, and its worker does the next one", async () => {
    const shelves = new Shelves();
    let stuck: () => void = () => undefined;
    let goOn: () => void = () => undefined;
    const isStuck = new Promise<void>((resolve) => (stuck = resolve));
    const released = new Promise<void>((resolve) => (goOn = resolve));
    shelves.before = async (slug) => {
      if (slug !== "p-30") return;
      stuck();
      await released;
    };
    const shop = await startReports(shelves);
    const id = await upload(shop, file(...products(60)));
    await isStuck;
    const job = await shop.call("reports.cancelJob", { id }, admin);
    expect(job).toMatchObject({ status: "failed", errors: [{ row: 0, message: "cancelled" }] });
    goOn();
    const next = await importOf(shop, file(...products(1)));
    expect(next).toMatchObject({ status: "completed" });
    expect(shelves.products.size).toBeLessThan(60);
    expect(await shop.call("reports.cancelJob", { id }, admin)).toEqual(job);
    const late = shop.call("reports.cancelJob", { id: next.id }, admin);
    await expect(late).rejects.toMatchObject({ type: "CONFLICT" });

    const page = await shop.call("reports.jobs", { limit: 1 }, admin);
    expect(page.items.map((item) => item.id)).toEqual([next.id]);
    const rest = await shop.call("reports.jobs", { cursor: page.nextCursor ?? "" }, admin);
    expect(rest).toMatchObject({ items: [{ id, status: "failed" }], nextCursor: null });
  });

  test("ends though its worker writes down an error at this moment", async () => {
    const shop = await startReports(new Shelves());
    const db = dbOf(shop, "reports");
    const id = newId();
    const type = "nobody.does";
    await insertJob(db, { id, type, params: {}, counts: {} });
    const options = { types: [type], inOrder: false, node: "test", leaseMs: 60_000 };
    const job = await claimJob(db, options);
    if (!job) throw new Error("the job was not there");
    const log = new ProgressLog(job);
    log.report({ row: 2, message: "no price" });
    log.advance(2);
    const waiting = async () =>
      (
        await db.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database()
             AND wait_event_type = 'Lock' AND query LIKE '%UPDATE job SET%'`,
        )
      ).length > 0;
    const { cancelled } = await db.transaction(async (tx) => {
      await saveProgress(tx, job, log.saving);
      const cancelled = shop.call("reports.cancelJob", { id }, admin);
      await eventually(waiting);
      return { cancelled };
    });
    expect(await cancelled).toMatchObject({
      status: "failed",
      errors: [
        { row: 2, message: "no price" },
        { row: 0, message: "cancelled" },
      ],
    });
  });
});
