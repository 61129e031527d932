import { contracts } from "../../contracts";
import { Cart } from "../../contracts/carts";
import { Product } from "../../contracts/catalog";
import { Money, OrderLine, PostalAddress } from "../../contracts/common";
import { DeadLetter, TraceEntry } from "../../contracts/durable";
import { errors } from "../../contracts/errors";
import { StockLevel } from "../../contracts/inventory";
import { Notification } from "../../contracts/notifications";
import { Order, PaymentPart, ShipmentPart } from "../../contracts/orders";
import { SandboxCharge } from "../../contracts/payments";
import { Job } from "../../contracts/reports";
import { Address, Session, User } from "../../contracts/users";
import { asyncApi } from "../../lib/mesh/asyncapi";
import { openApi } from "../../lib/mesh/openapi";
import type { PageDescription } from "../../lib/mesh/openapi-types";
import { docsPage, type DocsPage } from "./docs-page";
import { BASE_PATH } from "./targets";

export interface ApiDocuments {
  readonly openapi: string;
  readonly asyncapi: string;
  readonly docs: DocsPage;
}

const VERSION = "1.0.0";

const DESCRIPTION = `A commerce backend. Money is integer minor units with an ISO 4217 currency; ids are UUIDv7; times are ISO 8601 in UTC. Lists take \`limit\` and \`cursor\` and answer \`items\` and \`nextCursor\`. Unknown request fields are refused. Errors are RFC 9457 problems with a stable \`code\`. A guest's cart is the one that \`X-Cart-Id\` names.`;

const EVENTS = `The durable events of the mesh. Each is written to its service's outbox with the change that it tells of, published at least once and in order for each aggregate, and handled exactly once by each consumer.`;

/** Shapes that clients meet in more than one place. */
const schemas = {
  Address,
  Cart,
  DeadLetter,
  Job,
  Money,
  Notification,
  Order,
  OrderLine,
  Payment: PaymentPart,
  PostalAddress,
  Product,
  SandboxCharge,
  Session,
  Shipment: ShipmentPart,
  StockLevel,
  TraceEntry,
  User,
};

/** The documents of the API, all of them derived from the contracts. */
export function describeApi(pages: readonly PageDescription[]): ApiDocuments {
  const common = { version: VERSION, contracts, schemas };
  const api = openApi({
    ...common,
    title: "Souk",
    description: DESCRIPTION,
    basePath: BASE_PATH,
    errors,
    pages,
  });
  const events = asyncApi({ ...common, title: "Souk events", description: EVENTS });
  return {
    openapi: JSON.stringify(api),
    asyncapi: JSON.stringify(events),
    docs: docsPage(api, errors),
  };
}
