import type { Migration } from "../../../lib/store/migrate";

export const reportMigrations: readonly Migration[] = [
  {
    name: "0001_jobs",
    sql: `
      CREATE TABLE job (
        id uuid PRIMARY KEY,
        type text NOT NULL,
        status text NOT NULL DEFAULT 'queued'
          CHECK (status IN ('queued', 'running', 'completed', 'failed')),
        params json NOT NULL,
        done int NOT NULL DEFAULT 0,
        total int NOT NULL DEFAULT 0,
        -- All rows of the file up to this one are done; counts and errors are of these rows.
        position int NOT NULL DEFAULT 0,
        counts json NOT NULL,
        error_count int NOT NULL DEFAULT 0,
        -- Starts without progress; counted before each start, so that one that kills the process counts.
        attempts int NOT NULL DEFAULT 0,
        -- Counts the workers that took this job: what an earlier one writes has no effect.
        lease int NOT NULL DEFAULT 0,
        -- From when on a worker may take it: the end of the lease while one works on it.
        due_at timestamptz NOT NULL DEFAULT now(),
        node text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT job_progress CHECK (done BETWEEN 0 AND total)
      ) WITH (fillfactor = 50);
      CREATE INDEX job_due ON job (due_at) WHERE status IN ('queued', 'running');

      -- The first errors of a job, in the order of the file; job.error_count counts the others too.
      CREATE TABLE job_error (
        job_id uuid NOT NULL REFERENCES job (id) ON DELETE CASCADE,
        n int NOT NULL CHECK (n > 0),
        row int NOT NULL,
        message text NOT NULL,
        PRIMARY KEY (job_id, n)
      );

      -- An uploaded file in pieces, here and not on a disk, so that any replica can go on with it.
      -- The pieces are there before their job is; job_id refers to nothing until then.
      CREATE TABLE job_file (
        job_id uuid NOT NULL,
        n int NOT NULL,
        bytes bytea NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (job_id, n)
      );
    `,
  },
  {
    name: "0002_sales",
    sql: `
      CREATE TABLE job_result (
        job_id uuid PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
        content_type text NOT NULL,
        file_name text NOT NULL,
        bytes bytea NOT NULL
      );

      -- Orders that were confirmed, at that time. Amounts are in minor units.
      CREATE TABLE sale (
        order_id uuid PRIMARY KEY,
        confirmed_at timestamptz NOT NULL,
        currency char(3) NOT NULL,
        shipping bigint NOT NULL,
        tax bigint NOT NULL,
        total bigint NOT NULL
      );
      CREATE INDEX sale_by_time ON sale (confirmed_at);

      CREATE TABLE sale_line (
        order_id uuid NOT NULL REFERENCES sale (order_id),
        line int NOT NULL,
        sku text NOT NULL,
        product_id uuid NOT NULL,
        name text NOT NULL,
        -- The product's first category when it was sold; null when nothing was known of it yet.
        category text,
        quantity int NOT NULL,
        gross bigint NOT NULL,
        -- This line's part of the order's discount.
        discount bigint NOT NULL CHECK (discount BETWEEN 0 AND gross),
        PRIMARY KEY (order_id, line)
      );

      -- Money that was given back; it may be known before its order is known to be a sale.
      CREATE TABLE refund (
        refund_id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        refunded_at timestamptz NOT NULL,
        currency char(3) NOT NULL,
        amount bigint NOT NULL
      );
      CREATE INDEX refund_by_time ON refund (refunded_at);

      CREATE TABLE product_category (
        product_id uuid PRIMARY KEY,
        category text,
        -- seq of the product's event that said so
        version bigint NOT NULL
      );
    `,
  },
  {
    name: "0003_images",
    sql: `
      -- Pictures of products, here and not on a disk, so that any replica can show them.
      CREATE TABLE image (
        name text PRIMARY KEY,
        bytes bytea NOT NULL
      );
      -- WebP is compressed already.
      ALTER TABLE image ALTER COLUMN bytes SET STORAGE EXTERNAL;
    `,
  },
];
