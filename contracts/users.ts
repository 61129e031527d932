import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract } from "../lib/mesh/contract";
import { sensitive, Strict } from "../lib/mesh/schema";
import {
  addressFields,
  CartId,
  Id,
  ListOf,
  Nullable,
  Page,
  PersonName,
  Phone,
  PostalAddress,
  Text,
  Time,
} from "./common";
import { byIdempotencyKey, IdempotencyKey, Repeatable } from "./repeatable";

const Email = sensitive("personal", T.String({ format: "email", maxLength: 254 }));
const Locale = T.String({ pattern: "^[a-z]{2}(-[A-Z]{2})?$", description: "BCP 47, as `de-AT`" });
const RefreshToken = sensitive("secret", T.String({ minLength: 1, maxLength: 512 }));
const Personal = sensitive("personal", T.String());

export const User = Strict({
  id: Id,
  email: Personal,
  name: Personal,
  phone: Nullable(Personal),
  locale: T.String(),
  roles: T.Array(T.String()),
  createdAt: Time,
});
export type User = Static<typeof User>;

export const Session = Strict({
  user: User,
  accessToken: sensitive("secret", T.String()),
  expiresIn: T.Integer({ description: "seconds" }),
  refreshToken: sensitive("secret", T.String()),
});
export type Session = Static<typeof Session>;

export const Address = Strict({ id: Id, ...addressFields, isDefault: T.Boolean() });
export type Address = Static<typeof Address>;

const loginLimit = { budget: "auth", perMinute: 60 };

export const users = defineContract({
  name: "users",
  actions: {
    register: action({
      summary: "Open an account and sign in",
      params: Strict({
        email: Email,
        password: sensitive("secret", T.String({ minLength: 8, maxLength: 128 })),
        name: PersonName,
        cartId: T.Optional(CartId),
      }),
      result: Session,
      access: "public",
      timeoutMs: 10_000,
      idempotent: false,
      route: {
        method: "POST",
        path: "/auth/register",
        ignoresToken: true,
        status: 201,
        headers: { cartId: "x-cart-id" },
        limit: loginLimit,
        errors: ["EMAIL_TAKEN", "PASSWORD_TOO_COMMON"],
        reply: () => ({ headers: { "cache-control": "no-store", location: "/api/v1/users/me" } }),
      },
    }),
    login: action({
      summary: "Sign in; the guest cart named by X-Cart-Id is merged",
      params: Strict({
        email: sensitive("personal", Text(254)),
        password: sensitive("secret", T.String({ maxLength: 128 })),
        cartId: T.Optional(CartId),
      }),
      result: Session,
      access: "public",
      timeoutMs: 10_000,
      idempotent: false,
      route: {
        method: "POST",
        path: "/auth/login",
        ignoresToken: true,
        headers: { cartId: "x-cart-id" },
        limit: loginLimit,
        errors: ["INVALID_CREDENTIALS"],
        reply: () => ({ headers: { "cache-control": "no-store" } }),
      },
    }),
    refresh: action({
      summary: "Rotate a refresh token; using one twice revokes its whole family",
      params: Strict({
        refreshToken: RefreshToken,
        idempotencyKey: T.Optional(
          sensitive("secret", {
            ...IdempotencyKey,
            description:
              "printable ASCII, hard to guess; whoever got no answer may use the token again with it, within 30 s, and gets the same successor",
          }),
        ),
      }),
      result: Repeatable(Session),
      access: "public",
      idempotent: false,
      route: {
        method: "POST",
        path: "/auth/refresh",
        ignoresToken: true,
        limit: loginLimit,
        errors: ["REFRESH_TOKEN_INVALID", "REFRESH_TOKEN_REUSED"],
        ...byIdempotencyKey,
      },
    }),
    logout: action({
      summary: "Revoke the refresh token's family",
      params: Strict({ refreshToken: RefreshToken }),
      result: T.Null(),
      access: "public",
      idempotent: true,
      route: { method: "POST", path: "/auth/logout", status: 204, ignoresToken: true },
    }),
    jwks: action({
      summary: "The public keys that verify access tokens (RFC 7517)",
      params: Strict({}),
      result: Strict({ keys: T.Array(T.Record(T.String(), T.Unknown())) }),
      access: "public",
      idempotent: true,
      route: {
        method: "GET",
        path: "/.well-known/jwks.json",
        absolute: true,
        cacheSeconds: 300,
        ignoresToken: true,
      },
    }),
    me: action({
      summary: "The signed-in user's profile",
      params: Strict({}),
      result: User,
      access: "customer",
      idempotent: true,
      route: { method: "GET", path: "/users/me" },
    }),
    updateMe: action({
      summary: "Change the profile",
      params: Strict({
        name: T.Optional(PersonName),
        phone: T.Optional(Nullable(Phone)),
        locale: T.Optional(Locale),
      }),
      result: User,
      access: "customer",
      idempotent: true,
      route: { method: "PATCH", path: "/users/me" },
    }),
    listAddresses: action({
      summary: "The user's addresses, the default one first, then the newest",
      params: Strict({ ...Page }),
      result: ListOf(Address),
      access: "customer",
      idempotent: true,
      route: { method: "GET", path: "/users/me/addresses" },
    }),
    addAddress: action({
      summary: "Add an address; the first one becomes the default",
      params: Strict({ ...addressFields, isDefault: T.Optional(T.Boolean()) }),
      result: Address,
      access: "customer",
      idempotent: false,
      route: {
        method: "POST",
        path: "/users/me/addresses",
        status: 201,
        reply: (address) => ({
          headers: { location: `/api/v1/users/me/addresses/${address.id}` },
        }),
      },
    }),
    updateAddress: action({
      summary: "Change an address",
      params: Strict({
        ...T.Partial(PostalAddress).properties,
        id: Id,
        isDefault: T.Optional(T.Boolean()),
      }),
      result: Address,
      access: "customer",
      idempotent: true,
      route: { method: "PATCH", path: "/users/me/addresses/:id" },
    }),
    removeAddress: action({
      summary: "Remove an address",
      params: Strict({ id: Id }),
      result: T.Null(),
      access: "customer",
      idempotent: false,
      route: { method: "DELETE", path: "/users/me/addresses/:id", status: 204 },
    }),
    addressOf: action({
      summary: "One address of a user, for a checkout",
      params: Strict({ userId: Id, id: Id }),
      result: PostalAddress,
      access: "internal",
      idempotent: true,
    }),
    contacts: action({
      summary: "How to reach some users; who is gone is left out",
      params: Strict({ userIds: T.Array(Id, { maxItems: 100 }) }),
      result: T.Array(
        Strict({
          id: Id,
          email: Personal,
          name: Personal,
          locale: T.String(),
          phone: Nullable(Personal),
        }),
      ),
      access: "internal",
      idempotent: true,
    }),
    page: action({
      summary: "The ids of some customers, in their own order, after one of them",
      params: Strict({
        after: T.Optional(Id),
        limit: T.Integer({ minimum: 1, maximum: 1_000 }),
      }),
      result: T.Array(Id),
      access: "internal",
      idempotent: true,
    }),
  },
  events: {},
  calls: ["carts.adopt"],
  consumes: [],
});
