import { randomBytes } from "node:crypto";
import { Sequelize } from "sequelize";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { parseBucketUrl } from "../../config/bucket";
import { readConfig } from "../../config/env";
import { messagingMigrations } from "../../lib/messaging/schema";
import { Database } from "../../lib/store/database";
import { migrate } from "../../lib/store/migrate";
import { databaseUrl, ensureDatabase, sequelizeOptions } from "../../lib/store/postgres";
import { DatabaseImageStore } from "../../services/reports/images/database-image-store";
import type { ImageStore } from "../../services/reports/images/image-store";
import { S3ImageStore } from "../../services/reports/images/s3-image-store";
import { reportMigrations } from "../../services/reports/store/migrations";
import { SECRET, startS3Server, type S3Server } from "../support/s3-server";

const NAME = `${"a1".repeat(32)}-300.webp`;
const OTHER = `${"b2".repeat(32)}-1200.webp`;

function behaves(open: () => ImageStore): void {
  let store: ImageStore;
  beforeEach(() => (store = open()));

  test("what was put is there, byte by byte, also for the next store", async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));
    await store.put(NAME, bytes);
    expect(await open().get(NAME)).toEqual(bytes);
  });

  test("the same put twice is there once", async () => {
    await Promise.all([store.put(OTHER, Buffer.from("x")), store.put(OTHER, Buffer.from("x"))]);
    expect(await store.get(OTHER)).toEqual(Buffer.from("x"));
  });

  test("there is nothing under another name, nor outside of the store", async () => {
    expect(await store.get(`${"c3".repeat(32)}-300.webp`)).toBeNull();
    for (const name of ["", "../../etc/passwd", "a/../b", `${NAME}?acl`]) {
      expect(await store.get(name)).toBeNull();
      await expect(store.put(name, Buffer.from("x"))).rejects.toThrow("no name of an image");
    }
  });
}

describe("pictures in the database", () => {
  let sequelize: Sequelize;
  let db: Database;
  beforeAll(async () => {
    const url = databaseUrl(inject("postgresUrl"), `t${randomBytes(5).toString("hex")}`, "images");
    await ensureDatabase(url);
    await migrate(url, [...messagingMigrations, ...reportMigrations]);
    sequelize = new Sequelize(sequelizeOptions(url, { service: "images" }));
    db = new Database(sequelize);
  });
  afterAll(() => sequelize.close());
  behaves(() => new DatabaseImageStore(db));
});

describe("pictures in a bucket", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
  });
  afterAll(() => server.stop());
  const open = (secret = SECRET): ImageStore => {
    const bucket = readConfig({ IMAGE_STORE_URL: server.urlWith(secret) }).imageStore;
    if (!bucket) throw new Error("the URL names no bucket");
    return new S3ImageStore(bucket);
  };
  behaves(open);

  test("say what they are", async () => {
    await open().put(NAME, Buffer.from("x"));
    expect(server.objects.get(NAME)).toEqual({ bytes: Buffer.from("x"), type: "image/webp" });
  });

  test("are not to be had with another secret", async () => {
    const away = expect.objectContaining({ type: "SERVICE_UNAVAILABLE" }) as Error;
    await expect(open("wrong").put(NAME, Buffer.from("x"))).rejects.toEqual(away);
    await expect(open("wrong").get(NAME)).rejects.toEqual(away);
  });

  test("survive a bucket that stumbles", async () => {
    server.stumble(2);
    await open().put(OTHER, Buffer.from("y"));
    expect(await open().get(OTHER)).toEqual(Buffer.from("y"));
  });

  test("are away when nothing answers", async () => {
    const other = await startS3Server();
    const bucket = parseBucketUrl(other.urlWith(SECRET));
    await other.stop();
    if (!bucket) throw new Error("the URL names no bucket");
    await expect(new S3ImageStore(bucket).get(NAME)).rejects.toMatchObject({
      type: "SERVICE_UNAVAILABLE",
    });
  });
});

test.each([
  "https://key:hunter2@host/bucket",
  "s3://host/bucket",
  "s3://key:hunter2@host/",
  "s3://key:hunter2@host/a/b",
  "s3://key:hunter2@host/Not_a_bucket",
  "s3://key:hunter2%zz@host/bucket",
])("%s names no bucket", (url) => {
  expect(() => readConfig({ IMAGE_STORE_URL: url })).toThrow("IMAGE_STORE_URL must be s3://");
  expect(() => readConfig({ IMAGE_STORE_URL: url })).not.toThrow("hunter2");
});
