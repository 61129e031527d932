import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract } from "../lib/mesh/contract";
import { sensitive, Strict } from "../lib/mesh/schema";
import { Id, ListOf, Nullable, OneOf, Page, Text, Time } from "./common";
import { byIdempotencyKey, repeatable, Repeatable, replayHeader } from "./repeatable";

export const Notification = Strict({
  id: Id,
  channel: OneOf(["email", "sms", "push"]),
  template: T.String(),
  subject: T.String(),
  status: OneOf(["queued", "sent", "failed", "skipped"]),
  orderId: T.Optional(Id),
  createdAt: Time,
});
export type Notification = Static<typeof Notification>;

const bulkTemplates = ["customer-thanks"] as const;

/** All that the shop writes to people. */
export const TemplateName = OneOf([
  "order-received",
  "order-confirmed",
  "order-cancelled",
  "payment-refunded",
  "shipment-dispatched",
  "shipment-delivered",
  "announcement",
  ...bulkTemplates,
]);
export type TemplateName = Static<typeof TemplateName>;

/** The languages that the shop writes in. */
export const WrittenLocale = OneOf(["en", "de"]);
export type WrittenLocale = Static<typeof WrittenLocale>;

export const NotificationPreferences = Strict({
  email: Strict({
    orderUpdates: T.Boolean({
      description: "that a parcel is on its way or has arrived; all else about an order is sent",
    }),
    marketing: T.Boolean(),
  }),
  sms: Strict({ orderUpdates: T.Boolean() }),
  push: Strict({ orderUpdates: T.Boolean() }),
});
export type NotificationPreferences = Static<typeof NotificationPreferences>;
const { email, sms, push } = NotificationPreferences.properties;

/** Whoever knows it can push. */
const Endpoint = sensitive("secret", T.String({ format: "url", maxLength: 2_000 }));
const Base64Url = (maxLength: number) =>
  T.String({ minLength: 1, maxLength, pattern: "^[A-Za-z0-9_-]+={0,2}$" });

/** A browser's `PushSubscription.toJSON()`. */
const PushSubscriptionInput = Strict({
  endpoint: Endpoint,
  expirationTime: T.Optional(Nullable(T.Number())),
  keys: Strict({ p256dh: Base64Url(100), auth: sensitive("secret", Base64Url(32)) }),
});
export type PushSubscriptionInput = Static<typeof PushSubscriptionInput>;

const MAX_LISTED = 10_000;

/** One mail to many; it carries its own words, or those of a template that needs no facts. */
const BulkMail = Strict({
  ...repeatable,
  template: T.Optional(OneOf(bulkTemplates)),
  subject: T.Optional(
    T.String({ minLength: 1, maxLength: 200, format: "text", pattern: "^[^\\r\\n]+$" }),
  ),
  text: T.Optional(Text(50_000, 1)),
  html: T.Optional(
    T.String({
      minLength: 1,
      maxLength: 200_000,
      format: "text",
      description: "what the page says in place of the text; it is sent as it is",
    }),
  ),
  audience: T.Union([
    T.Literal("all-customers"),
    T.Array(Id, { minItems: 1, maxItems: MAX_LISTED }),
  ]),
  ratePerMinute: T.Integer({ minimum: 1, maximum: 60_000 }),
});
export type BulkMail = Static<typeof BulkMail>;

const count = T.Integer({ minimum: 0 });
export const Bulk = Strict({
  id: Id,
  status: OneOf(["collecting", "sending", "completed"]),
  subject: T.String(),
  ratePerMinute: T.Integer(),
  progress: Strict({
    total: T.Integer({ minimum: 0, description: "receivers that are known so far" }),
    queued: count,
    sent: count,
    failed: count,
    skipped: T.Integer({ minimum: 0, description: "who wants no offers" }),
  }),
  createdAt: Time,
});
export type Bulk = Static<typeof Bulk>;

const UnsubscribeToken = Strict({
  token: sensitive(
    "secret",
    T.String({ minLength: 1, maxLength: 128, pattern: "^[A-Za-z0-9_-]+$" }),
  ),
});

/** A page that needs no script and gets none. */
const page = (body: string) => ({
  headers: {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; img-src https:; frame-ancestors 'none'; form-action 'self'",
  },
  body,
});

const Preview = Strict({
  template: TemplateName,
  locale: WrittenLocale,
  format: OneOf(["json", "html", "text"]),
  subject: T.String(),
  text: T.String(),
  html: T.String(),
});
export type Preview = Static<typeof Preview>;

export const notifications = defineContract({
  name: "notifications",
  durable: true,
  actions: {
    mine: action({
      summary: "What the shop sent to the signed-in user within the last year, newest first",
      params: Strict({ ...Page }),
      result: ListOf(Notification),
      access: "customer",
      idempotent: true,
      route: { method: "GET", path: "/users/me/notifications" },
    }),
    preview: action({
      summary: "A mail as a customer would get it, of sample data",
      params: Strict({
        template: TemplateName,
        locale: T.Optional(WrittenLocale),
        format: T.Optional(Preview.properties.format),
      }),
      result: Preview,
      access: "admin",
      idempotent: true,
      route: {
        method: "GET",
        path: "/admin/notifications/preview",
        files: ["text/html", "text/plain"],
        reply: ({ format, html, text }) => {
          switch (format) {
            case "html":
              return page(html);
            case "text":
              return { headers: { "content-type": "text/plain; charset=utf-8" }, body: text };
            case "json":
            default:
              return {};
          }
        },
      },
    }),
    preferences: action({
      summary: "What the signed-in user wants to hear, and by which way",
      params: Strict({}),
      result: NotificationPreferences,
      access: "customer",
      idempotent: true,
      route: { method: "GET", path: "/users/me/notification-preferences" },
    }),
    updatePreferences: action({
      summary: "Change what is named, leave the rest",
      params: Strict({
        email: T.Optional(T.Partial(email, { additionalProperties: false })),
        sms: T.Optional(T.Partial(sms, { additionalProperties: false })),
        push: T.Optional(T.Partial(push, { additionalProperties: false })),
      }),
      result: NotificationPreferences,
      access: "customer",
      idempotent: true,
      route: { method: "PATCH", path: "/users/me/notification-preferences" },
    }),
    vapidPublicKey: action({
      summary: "The key with which a browser subscribes to push messages (`applicationServerKey`)",
      params: Strict({}),
      result: Strict({ publicKey: T.String({ description: "base64url" }) }),
      access: "public",
      idempotent: true,
      route: { method: "GET", path: "/push/vapid-public-key", cacheSeconds: 300 },
    }),
    subscribePush: action({
      summary: "Send push messages to this browser, as its `PushSubscription.toJSON()` says",
      params: PushSubscriptionInput,
      result: T.Null(),
      access: "customer",
      idempotent: true,
      route: { method: "POST", path: "/users/me/push-subscriptions", status: 204 },
    }),
    unsubscribePush: action({
      summary: "Send nothing more to this browser",
      params: Strict({ endpoint: Endpoint }),
      result: T.Null(),
      access: "customer",
      idempotent: true,
      route: { method: "DELETE", path: "/users/me/push-subscriptions", status: 204 },
    }),
    startBulk: action({
      summary: "Send one mail to many customers, so many a minute; each carries a way out",
      params: BulkMail,
      result: Repeatable(Strict({ bulkId: Id })),
      access: "admin",
      idempotent: false,
      route: {
        method: "POST",
        path: "/admin/notifications/bulk",
        status: 202,
        errors: ["IDEMPOTENCY_KEY_REUSED"],
        headers: byIdempotencyKey.headers,
        reply: ({ answer, replayed }) => ({
          body: answer,
          headers: {
            location: `/api/v1/admin/notifications/bulk/${answer.bulkId}`,
            ...replayHeader(replayed),
          },
        }),
      },
    }),
    bulk: action({
      summary: "How far a mail to many is",
      params: Strict({ id: Id }),
      result: Bulk,
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/notifications/bulk/:id" },
    }),
    unsubscribePage: action({
      summary: "Asks whoever follows the link of a mail whether they want no more of them",
      params: UnsubscribeToken,
      result: Strict({ html: T.String() }),
      access: "public",
      idempotent: true,
      route: {
        method: "GET",
        path: "/notifications/unsubscribe",
        ignoresToken: true,
        errors: ["NOT_FOUND"],
        reply: ({ html }) => page(html),
      },
    }),
    unsubscribe: action({
      summary: "No more offers by mail, with one click (RFC 8058); the token says to whom",
      params: UnsubscribeToken,
      result: Strict({ html: T.String() }),
      access: "public",
      idempotent: true,
      route: {
        method: "POST",
        path: "/notifications/unsubscribe",
        body: "none",
        ignoresToken: true,
        errors: ["NOT_FOUND"],
        reply: ({ html }) => page(html),
      },
    }),
  },
  events: {},
  calls: ["users.contacts", "users.page"],
  consumes: [
    "order.created",
    "order.confirmed",
    "order.cancelled",
    "payment.refunded",
    "shipment.dispatched",
    "shipment.delivered",
  ],
});
