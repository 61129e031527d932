import { expect, test } from "vitest";
import { readConfig } from "../../config/env";
import { startShop } from "../../shop";

test("a data folder that cannot be made is refused by its variable", async () => {
  const config = readConfig({ DATA_DIR: "/dev/null/data", METRICS_PORT: "off" });
  await expect(startShop(config)).rejects.toThrow(/^DATA_DIR: ENOTDIR/);
});
