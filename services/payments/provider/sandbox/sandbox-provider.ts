import { setTimeout as sleep } from "node:timers/promises";
import { Type as T } from "@sinclair/typebox";
import type { Runtime } from "../../../../config/runtime";
import { cursorReader } from "../../../../contracts/cursor";
import { fail } from "../../../../contracts/errors";
import type { SandboxCharge } from "../../../../contracts/payments";
import { messageOf } from "../../../../lib/errors";
import { toPage } from "../../../../lib/store/cursor";
import type { Database } from "../../../../lib/store/database";
import type { Worker } from "../../dispatcher";
import type { ProviderCharge } from "../../domain/provider-charge";
import type {
  ChargeFilter,
  ChargeList,
  ChargeRequest,
  PaymentProvider,
  ProviderEvent,
  ProviderHost,
  RefundRequest,
  WebhookRequest,
} from "../payment-provider";
import { isSignedWebhook } from "../webhook-signature";
import { webhookDispatcher } from "./deliver-webhooks";
import { SandboxDatabase } from "./sandbox-database";
import {
  chargedOrders,
  chargesOf,
  findCharge,
  insertCharge,
  isFailing,
  listCharges,
  makeRefund,
  voidCharge,
  type ChargeRow,
} from "./sandbox-store";
import { testMethod } from "./test-methods";
import { parseWebhook } from "./webhook-event";
import { webhookSecretOf } from "./webhook-secret";

const STOP_LIMIT_MS = 2_000;

/**
 * A payment provider for trying things out: it behaves as its test methods say, forgets nothing and
 * keeps a ledger of its own, in a database of its own.
 */
export class SandboxProvider implements PaymentProvider {
  readonly name = "sandbox";
  readonly #database: SandboxDatabase;
  readonly #secret: () => Promise<string>;
  #webhooks: Worker | null = null;

  constructor(runtime: Runtime) {
    const { payments } = runtime.config;
    if (payments.provider !== "sandbox") throw new Error(`${payments.provider} is no sandbox`);
    this.#database = new SandboxDatabase(runtime);
    this.#secret = webhookSecretOf(payments, () => this.#database.open());
  }

  async start(host: ProviderHost): Promise<void> {
    const open = (): Promise<Database> => this.#database.open();
    // A provider that is away does not keep the shop from starting.
    await open().catch((error: unknown) =>
      host.logger.warn(`the sandbox is away: ${messageOf(error)}`),
    );
    this.#webhooks = webhookDispatcher({ open, secret: this.#secret, host });
    this.#webhooks.start();
  }

  async stop(): Promise<void> {
    await this.#webhooks?.stop(STOP_LIMIT_MS);
    await this.#database.close();
  }

  async charge(request: ChargeRequest, signal: AbortSignal): Promise<ProviderCharge> {
    return charge(await this.#database.open(), request, signal);
  }

  async voidCharge(request: ChargeRequest): Promise<ProviderCharge> {
    return toCharge(await voidCharge(await this.#database.open(), request));
  }

  async findCharge({ idempotencyKey }: ChargeRequest): Promise<ProviderCharge | null> {
    const row = await findCharge(await this.#database.open(), idempotencyKey);
    return row ? toCharge(row) : null;
  }

  async refund(request: RefundRequest): Promise<string> {
    return makeRefund(await this.#database.open(), request);
  }

  async verifyWebhook({ rawBody, signatures }: WebhookRequest): Promise<ProviderEvent> {
    const signature = signatures.sandbox ?? "";
    // The clock of this node: who has no signature must not make the database work.
    const now = Math.floor(Date.now() / 1000);
    if (!isSignedWebhook([await this.#secretInUse()], { rawBody, signature }, now)) {
      throw fail("WEBHOOK_SIGNATURE_INVALID");
    }
    return parseWebhook(rawBody);
  }

  /** Asks the database once at most; SERVICE_UNAVAILABLE while that one is away. */
  async #secretInUse(): Promise<string> {
    try {
      return await this.#secret();
    } catch (error) {
      throw Object.assign(fail("SERVICE_UNAVAILABLE"), { cause: messageOf(error) });
    }
  }

  async chargesOf(orderIds: readonly string[]): Promise<SandboxCharge[]> {
    return (await chargesOf(await this.#database.open(), orderIds)).map(toSandboxCharge);
  }

  async chargedOrders(after: string, limit: number): Promise<string[]> {
    return chargedOrders(await this.#database.open(), after, limit);
  }

  async listCharges({ orderId, cursor, limit }: ChargeFilter): Promise<ChargeList> {
    const [before = null] = positionCursor(cursor) ?? [];
    const filter = { orderId: orderId ?? null, before, limit: limit + 1 };
    const rows = await listCharges(await this.#database.open(), filter);
    const page = toPage(rows, limit, (row) => [row.position]);
    return { items: page.rows.map(toSandboxCharge), nextCursor: page.nextCursor };
  }
}

/** One charge a key, whatever happens to its answers. */
async function charge(
  db: Database,
  request: ChargeRequest,
  signal: AbortSignal,
): Promise<ProviderCharge> {
  const method = testMethod(request.method);
  if (method.failsFirst && (await isFailing(db, request.idempotencyKey, method.failsFirst))) {
    throw new Error("the provider answered 500");
  }
  const made = await insertCharge(db, request, method);
  if (made && method.losesFirstAnswer) throw new Error("the answer of the provider was lost");
  if (made && method.answersAfterMs) await sleep(method.answersAfterMs, undefined, { signal });
  const row = made ?? (await findCharge(db, request.idempotencyKey));
  if (!row) throw new Error("a charge that was refused its key is not there");
  assertSameRequest(row, request);
  return toCharge(row);
}

const positionCursor = cursorReader(T.Tuple([T.Integer()]));

function assertSameRequest(row: ChargeRow, { orderId, amount }: ChargeRequest): void {
  const same =
    row.orderId === orderId && row.amount === amount.amount && row.currency === amount.currency;
  if (!same) throw new Error("this idempotency key was used for another charge");
}

const toCharge = ({ id, orderId, amount, currency, status, failureCode }: ChargeRow) => ({
  id,
  orderId,
  amount: { amount, currency },
  status,
  failureCode,
});

const toSandboxCharge = (row: ChargeRow): SandboxCharge => ({
  id: row.id,
  orderId: row.orderId,
  idempotencyKey: row.idempotencyKey,
  amount: { amount: row.amount, currency: row.currency },
  refunded: { amount: row.refunded, currency: row.currency },
  status: row.status,
  createdAt: row.createdAt.toISOString(),
});
