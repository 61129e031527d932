import { Sequelize } from "sequelize";
import { expect, inject, test } from "vitest";
import { Database } from "../../lib/store/database";
import { sequelizeOptions } from "../../lib/store/postgres";

test("a statement that may take its time outlives the limits of server and client", async () => {
  const options = sequelizeOptions(inject("postgresUrl"), { service: "unhurried" });
  const limits = { statement_timeout: 100, query_timeout: 200 };
  const sequelize = new Sequelize({
    ...options,
    dialectOptions: { ...options.dialectOptions, ...limits },
  });
  const db = new Database(sequelize);
  try {
    await db.unhurried("SELECT pg_sleep(0.5)");
    await expect(db.query("SELECT pg_sleep(0.5)")).rejects.toThrow(/timeout/);
  } finally {
    await sequelize.close();
  }
});
