/** For a laptop that is also used for other things, and for a process that may be killed at any time. */
export const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "128MB",
  huge_pages: "off",
  // What is read is mostly in the system's cache: handing it to PostgreSQL's own readers costs more.
  io_method: "sync",
  // Short statements only: compiling a plan costs more than it saves.
  jit: "off",

  fsync: "on",
  synchronous_commit: "on",
  // The bound on crash recovery: at most this much log is replayed after a kill -9.
  max_wal_size: "1GB",
  checkpoint_timeout: "10min",
  // After a crash each of some 5,000 files would be synced by itself: 5 to 10 s instead of 0.6.
  ...(process.platform === "linux" ? { recovery_init_sync_method: "syncfs" } : {}),

  // Outbox and inbox rows are updated and deleted all the time.
  autovacuum: "on",
  autovacuum_naptime: "15s",

  // A killed client must not keep its locks until its statement ends.
  client_connection_check_interval: "1s",
  idle_in_transaction_session_timeout: "10s",

  timezone: "UTC",
  log_timezone: "UTC",
  // Failed statements are reported to the client; logged here they would carry personal data.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_checkpoints: "off",
};

/** The server gets none of our variables: PGDATA or PGPORT would change it, and secrets do not belong there. */
export const SERVER_ENVIRONMENT = { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" };
