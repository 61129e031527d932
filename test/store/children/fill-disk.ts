import { DurableMap } from "../../../lib/embedded/durable-map";
import { hasCode } from "../../../lib/errors";
import { quietLogger } from "../../support/quiet-logger";

/** Runs where files may have 8 KiB: writes until that is full, then makes room and goes on. */
async function main(file: string): Promise<void> {
  const map = await DurableMap.open<string>({ file, logger: quietLogger });
  let written = 0;
  try {
    for (;;) {
      await map.write([[`key-${written}`, "x".repeat(1000)]]);
      written++;
    }
  } catch (error) {
    console.log(hasCode(error, "SERVICE_UNAVAILABLE"), written);
  }
  await map.write([["one-more", "y"]]).catch(() => console.log("still full"));
  const old = [...map.entries()].map(([key]) => key).filter((key) => key !== "key-1");
  await map.write(old.map((key) => [key, null]));
  await map.write([["after", "z"]]);
  await map.close();
  console.log("done");
}

void main(process.argv[2] ?? "");
