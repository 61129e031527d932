import { Type as T } from "@sinclair/typebox";
import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { Id } from "../../contracts/common";
import { cursorReader } from "../../contracts/cursor";
import { fail } from "../../contracts/errors";
import { messageOf } from "../../lib/errors";
import { implement } from "../../lib/mesh/implement";
import { Poller } from "../../lib/store/poller";
import { postgres, type PostgresMembers } from "../../mixins/postgres";
import { adoptCart } from "./adopt-cart";
import type { Desk } from "./desk";
import { toUser, type Account } from "./domain/account";
import { toAddress, toPostalAddress } from "./domain/address";
import { ensureAdmin, makeFirstAdmin, settleFirstAdmin } from "./ensure-admin";
import { addAddress, changeAddress, ownAddress, removeAddress } from "./keep-addresses";
import { login } from "./login";
import { LoginThrottle } from "./login-throttle";
import { Passwords } from "./passwords";
import { refreshSession } from "./refresh-session";
import { hashToken } from "./refresh-tokens";
import { register } from "./register";
import { loadSigner } from "./signing-key";
import { customerIds, findAccount, findContacts, updateProfile } from "./store/account-store";
import { listAddresses } from "./store/address-store";
import { deleteOldFailures } from "./store/login-failure-store";
import { usersMigrations } from "./store/migrations";
import { accountModel } from "./store/model";
import { deleteExpired, revokeSession } from "./store/session-store";

const HOUSEKEEPING_MS = 5 * 60_000;
const addressCursor = cursorReader(T.Tuple([T.Integer({ minimum: 0, maximum: 1 }), Id]));

type Members = PostgresMembers & Desk & { housekeeping?: Poller };

/** Accounts, passwords, tokens, profiles and addresses. */
export const usersService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.users)<Members>({
    mixins: [
      postgres(runtime, { service: "users", model: accountModel, migrations: usersMigrations }),
    ],
    actions: {
      async register(ctx) {
        const { cartId, ...registration } = ctx.params;
        const session = await register(this, registration);
        await adoptCart(ctx, this.logger, { userId: session.user.id, cartId });
        return session;
      },
      async login(ctx) {
        const { cartId, ...credentials } = ctx.params;
        const session = await login(this, credentials);
        await adoptCart(ctx, this.logger, { userId: session.user.id, cartId });
        return session;
      },
      async refresh({ params }) {
        return refreshSession(this, params);
      },
      async logout({ params }) {
        await revokeSession(this.db, hashToken(params.refreshToken));
        return null;
      },
      async jwks() {
        return this.signer.keySet;
      },
      async me({ user }) {
        return toUser(signedIn(await findAccount(this.db, user.id)));
      },
      async updateMe({ user, params }) {
        return toUser(signedIn(await updateProfile(this.db, user.id, params)));
      },
      async listAddresses({ user, params: { cursor, limit = 20 } }) {
        const after = addressCursor(cursor);
        const page = await listAddresses(this.db, user.id, { after, limit });
        return { items: page.rows.map(toAddress), nextCursor: page.nextCursor };
      },
      async addAddress({ user, params }) {
        const { isDefault, ...address } = params;
        return addAddress(this.db, user.id, address, isDefault);
      },
      async updateAddress({ user, params }) {
        const { id, ...change } = params;
        return changeAddress(this.db, user.id, id, change);
      },
      async removeAddress({ user, params }) {
        await removeAddress(this.db, user.id, params.id);
        return null;
      },
      async addressOf({ params }) {
        return toPostalAddress(await ownAddress(this.db, params.userId, params.id));
      },
      async contacts({ params }) {
        return findContacts(this.db, params.userIds);
      },
      async page({ params }) {
        return customerIds(this.db, params);
      },
    },
    events: {},
    async started() {
      const { config } = runtime;
      const desk: Omit<Desk, "db"> = {
        signer: await loadSigner(config),
        passwords: await Passwords.create(),
        throttle: new LoginThrottle(this.db, { enabled: config.rateLimit === "on" }),
      };
      Object.assign(this, desk);
      if (config.admin) await ensureAdmin(this, config.admin);
      else if (!config.natsUrl) await announceFirstAdmin(this, runtime);
      this.housekeeping = new Poller({
        name: "expired sessions",
        everyMs: HOUSEKEEPING_MS,
        logger: this.logger,
        run: async () => {
          await deleteOldFailures(this.db);
          await deleteExpired(this.db);
        },
      });
      this.housekeeping.start();
    },
    async stopped() {
      await this.housekeeping?.stop();
    },
  });

/** A good token whose account is gone is no better than none. */
function signedIn(account: Account | undefined): Account {
  if (!account) throw fail("UNAUTHENTICATED");
  return account;
}

async function announceFirstAdmin(service: Service & Members, runtime: Runtime): Promise<void> {
  const line = await makeFirstAdmin(service);
  if (!line) return;
  runtime.announce(line);
  service.broker.localBus.once("$broker.started", () => {
    settleFirstAdmin(service.db).catch((error: unknown) =>
      service.logger.warn(
        `the first admin gets another password at the next start: ${messageOf(error)}`,
      ),
    );
  });
}
