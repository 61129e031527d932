import { newId } from "../../../lib/ids";
import { newCart, setLine } from "../../../services/carts/domain/cart";
import { FileCartStore } from "../../../services/carts/store/file-cart-store";
import { quietLogger } from "../../support/quiet-logger";

const CARTS = 20;
const SKUS = 100;
import { say } from "./say";

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
      say(`${id} ${line.sku}`);
    });
    await Promise.all(changes);
  }
}

void main(process.argv[2] ?? "");
