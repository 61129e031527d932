import { Type as T, type Static, type TSchema } from "@sinclair/typebox";
import { OneOf, sensitive, Strict, traced } from "../lib/mesh/schema";

export const Id = traced(T.String({ format: "uuid", description: "UUIDv7" }));
export const Sku = T.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^[A-Za-z0-9][A-Za-z0-9._/-]*$",
});
export const Slug = T.String({ minLength: 1, maxLength: 100, pattern: "^[a-z0-9]+(-[a-z0-9]+)*$" });
/** An id or a slug; both fit one pattern, so no lookup ever sees anything else. */
export const IdOrSlug = T.String({
  minLength: 1,
  maxLength: 100,
  pattern: "^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$",
});
export const Time = T.String({ format: "date-time", description: "ISO 8601, UTC" });
export const Currency = T.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217" });
export const Text = (maxLength: number, minLength = 0) =>
  T.String({ minLength, maxLength, format: "text" });
export const Nullable = <S extends TSchema>(schema: S) => T.Union([schema, T.Null()]);
export { OneOf };

const moneyUpTo = (maximum: number) =>
  Strict({ amount: T.Integer({ minimum: 0, maximum }), currency: Currency });

/** Integer minor units; never negative at a border of the system. */
export const Money = moneyUpTo(Number.MAX_SAFE_INTEGER);
export type Money = Static<typeof Money>;

/** Of one piece; a hundred lines of 99 such pieces, with tax, are still a safe integer. */
export const Price = moneyUpTo(1_000_000_000_00);

/**
 * Names to values. Of the names TypeBox sees to nothing but a pattern: 1 to 64 characters, no control
 * characters, no halves of a surrogate pair (PostgreSQL's JSON refuses them).
 */
const ATTRIBUTE_NAME =
  "^(?:[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff]){1,64}$";
export const attributes = (maxProperties: number, description?: string) =>
  T.Record(T.String({ pattern: ATTRIBUTE_NAME }), Text(255), {
    maxProperties,
    additionalProperties: false,
    ...(description ? { description } : {}),
  });
export const Attributes = attributes(50);

/** Of one SKU in a cart or an order. */
export const MAX_QUANTITY = 99;
export const Quantity = T.Integer({ minimum: 1, maximum: MAX_QUANTITY });

/** The id of a guest's cart: whoever knows it has the cart. */
export const CartId = sensitive("secret", T.String({ maxLength: 64 }));

/** Query parameters of every list. */
export const Page = {
  limit: T.Optional(T.Integer({ minimum: 1, maximum: 100, default: 20 })),
  cursor: T.Optional(T.String({ minLength: 1, maxLength: 512 })),
};

export const ListOf = <S extends TSchema>(item: S) =>
  Strict({ items: T.Array(item), nextCursor: Nullable(T.String()) });

export const PersonName = sensitive("personal", Text(120, 1));
export const Phone = sensitive("personal", T.String({ pattern: "^\\+?[0-9 ()./-]{4,32}$" }));
/** As the payment provider calls it; with some providers it is as good as a card. */
export const PaymentMethod = sensitive(
  "secret",
  T.String({ minLength: 1, maxLength: 255, pattern: "^[A-Za-z0-9_]+$" }),
);

/** What a client says of it: digits alone may be a card's number, which a shop must never keep. */
export const GivenPaymentMethod = sensitive(
  "secret",
  T.String({
    minLength: 1,
    maxLength: 255,
    pattern: "^(?!\\d+$)[A-Za-z0-9_]+$",
    description: "the provider's name for it, as `pm_card_visa`",
  }),
);

/** A postal address as a parcel carries it. */
export const addressFields = {
  name: PersonName,
  line1: sensitive("personal", Text(200, 1)),
  line2: T.Optional(sensitive("personal", Text(200))),
  city: sensitive("personal", Text(120, 1)),
  postalCode: sensitive("personal", Text(20, 1)),
  region: T.Optional(sensitive("personal", Text(120))),
  country: T.String({ format: "country", description: "ISO 3166-1 alpha-2" }),
  phone: T.Optional(Phone),
};
export const PostalAddress = Strict(addressFields);
export type PostalAddress = Static<typeof PostalAddress>;

/** One line of an order, at the price that was in force when it was placed. */
export const OrderLine = Strict({
  sku: Sku,
  productId: Id,
  name: T.String(),
  unitPrice: Money,
  quantity: Quantity,
  lineTotal: Money,
});
export type OrderLine = Static<typeof OrderLine>;

export const SkuQuantity = Strict({ sku: Sku, quantity: Quantity });
export type SkuQuantity = Static<typeof SkuQuantity>;
