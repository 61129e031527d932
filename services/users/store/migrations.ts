import type { Migration } from "../../../lib/store/migrate";

export const usersMigrations: readonly Migration[] = [
  {
    name: "0001_users",
    sql: `
      CREATE TABLE account (
        id uuid PRIMARY KEY,
        -- Normalised (domain/email.ts), so that unique means one account for each mailbox.
        email text NOT NULL CONSTRAINT account_email_unique UNIQUE,
        name text NOT NULL,
        phone text,
        locale text NOT NULL DEFAULT 'en',
        roles text[] NOT NULL DEFAULT '{customer}',
        password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
        -- The first admin of an embedded shop, for as long as nobody was shown its password.
        provisional boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX account_admin ON account (id) WHERE 'admin' = ANY (roles);

      CREATE TABLE address (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        name text NOT NULL,
        line1 text NOT NULL,
        line2 text,
        city text NOT NULL,
        postal_code text NOT NULL,
        region text,
        country text NOT NULL,
        phone text,
        is_default boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX address_of_account ON address (account_id);
      CREATE UNIQUE INDEX address_one_default ON address (account_id) WHERE is_default;

      -- A family of refresh tokens: all that descend from one sign-in. Revoked as a whole, by one row,
      -- so that a rotation which runs at the same moment cannot leave a token behind that still works.
      CREATE TABLE session (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX session_of_account ON session (account_id);
      CREATE INDEX session_age ON session (created_at);

      -- Used ones stay until they would have expired: that is how a second use is noticed.
      CREATE TABLE refresh_token (
        hash bytea PRIMARY KEY CHECK (length(hash) = 32),
        session_id uuid NOT NULL REFERENCES session ON DELETE CASCADE,
        -- Unique: a token has one successor at most, whatever runs at once.
        parent bytea CONSTRAINT refresh_token_one_successor UNIQUE,
        used_at timestamptz,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX refresh_token_of_session ON refresh_token (session_id);
      CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);

      -- Wrong passwords of a quarter of an hour, by SHA-256 of the email, whether it has an account or not.
      CREATE TABLE login_failure (
        key bytea PRIMARY KEY,
        failures int NOT NULL,
        since timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX login_failure_age ON login_failure (since);
    `,
  },
  {
    name: "0002_lost_answer",
    // With it a client that used the parent under a key can be given this token again.
    sql: "ALTER TABLE refresh_token ADD COLUMN salt bytea;",
  },
];
