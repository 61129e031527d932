import { ExpectedError, type ErrorData, type ErrorDefinition } from "../lib/errors";

/**
 * Every expected failure of the shop: its stable code, HTTP status and constant title. What is not
 * in this table reaches a client as an opaque 500 with a request id.
 */
export const errors = {
  MALFORMED_JSON: { status: 400, title: "The body is not valid JSON" },
  BAD_REQUEST: { status: 400, title: "The request cannot be understood" },
  IDEMPOTENCY_KEY_REQUIRED: { status: 400, title: "The Idempotency-Key header is required" },
  WEBHOOK_SIGNATURE_INVALID: { status: 400, title: "The webhook's signature is bad or stale" },

  UNAUTHENTICATED: { status: 401, title: "A valid access token is required" },
  INVALID_CREDENTIALS: { status: 401, title: "Email or password is wrong" },
  REFRESH_TOKEN_INVALID: { status: 401, title: "The refresh token is unknown, expired or revoked" },
  REFRESH_TOKEN_REUSED: { status: 401, title: "The refresh token was used before" },

  FORBIDDEN: { status: 403, title: "The role for this is missing" },

  NOT_FOUND: { status: 404, title: "There is nothing here" },
  SKU_NOT_FOUND: { status: 404, title: "No such SKU is sold" },
  METHOD_NOT_ALLOWED: { status: 405, title: "The method is not allowed here" },

  EMAIL_TAKEN: { status: 409, title: "An account with this email exists" },
  SLUG_TAKEN: { status: 409, title: "Another product has this slug" },
  SKU_TAKEN: { status: 409, title: "Another variant has this SKU" },
  STOCK_RESERVED: { status: 409, title: "Stock cannot go below what is reserved" },
  ORDER_NOT_CANCELLABLE: { status: 409, title: "The order can no longer be cancelled" },
  INVALID_TRANSITION: { status: 409, title: "The order's status does not allow this" },
  REFUND_EXCEEDS_PAYMENT: { status: 409, title: "More than what is left of the payment" },
  CART_ALREADY_ORDERED: { status: 409, title: "This cart has been ordered already" },
  IDEMPOTENCY_KEY_IN_FLIGHT: { status: 409, title: "A request with this key is still running" },
  COUPON_TAKEN: { status: 409, title: "A coupon with this code exists" },
  CONFLICT: { status: 409, title: "Somebody else changed this at the same time" },

  PAYLOAD_TOO_LARGE: { status: 413, title: "The body is too large" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: "The content type is not supported here" },

  VALIDATION_FAILED: { status: 422, title: "The request has faulty fields" },
  PASSWORD_TOO_COMMON: { status: 422, title: "This password is on the list of common ones" },
  CART_EMPTY: { status: 422, title: "There is nothing to order" },
  COUPON_INVALID: { status: 422, title: "This coupon cannot be used" },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: "This key was used with another request" },

  RATE_LIMITED: { status: 429, title: "Too many requests" },

  INTERNAL_ERROR: { status: 500, title: "Something went wrong on our side" },
  SERVICE_UNAVAILABLE: { status: 503, title: "A part of the shop is unavailable" },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errors;

/** The error to throw for an expected failure; `detail` is for the client's eyes. */
export const fail = (code: ErrorCode, detail?: string, data?: ErrorData): ExpectedError =>
  new ExpectedError(code, errors[code], detail, data);

/** A faulty field that no schema can see. `path` is a JSON pointer. */
export const invalidField = (path: string, message: string): ExpectedError =>
  fail("VALIDATION_FAILED", `${path.slice(1)}: ${message}`, { errors: [{ path, message }] });
