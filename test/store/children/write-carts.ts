import { writeSync } from "node:fs";
import { newId } from "../../../lib/ids";
import { newCart, setLine } from "../../../services/carts/domain/cart";
import { FileCartStore } from "../../../services/carts/store/file-cart-store";
import { quietLogger } from "../../support/quiet-logger";

const CARTS = 20;
const SKUS = 100;

/** Changes carts, all at the same time, until it is killed, and says of each change when it is acknowledged. */
async function main(folder: string): Promise<void> {
  const store = await FileCartStore.open({ folder, logger: quietLogger });
  const timestamp = (): string => new Date().toISOString();
  const carts = await Promise.all(
    Array.from({ length: CARTS }, () => store.add(newCart(newId(), newId(), timestamp()))),
  );
  for (let round = 0; ; round++) {
    const line = { sku: `SKU-${round % SKUS}`, quantity: 1 + Math.floor(round / SKUS) };
    const changes = carts.map(async ({ id }) => {
      await store.update(id, (cart) => setLine(cart, line, timestamp()));
      // Not console.log: what is acknowledged must have left this process before it dies.
      writeSync(1, `${id} ${line.sku}\n`);
    });
    await Promise.all(changes);
  }
}

void main(process.argv[2] ?? "");
