import { DataTypes } from "sequelize";
import type { ModelDefinition } from "../../../mixins/postgres";

/** Reads by key and by list; the schema itself is in the migrations. */
export const orderModel: ModelDefinition = {
  name: "order",
  define: {
    id: { type: DataTypes.UUID, primaryKey: true },
    number: DataTypes.TEXT,
    user_id: DataTypes.UUID,
    status: DataTypes.TEXT,
    cancel_reason: DataTypes.TEXT,
    items: DataTypes.JSON,
    currency: DataTypes.TEXT,
    subtotal: DataTypes.BIGINT,
    discount: DataTypes.BIGINT,
    shipping: DataTypes.BIGINT,
    tax: DataTypes.BIGINT,
    total: DataTypes.BIGINT,
    shipping_address: DataTypes.JSON,
    payment_method: DataTypes.TEXT,
    coupon_code: DataTypes.TEXT,
    dispatch: DataTypes.JSON,
    version: DataTypes.BIGINT,
    created_at: DataTypes.DATE,
    updated_at: DataTypes.DATE,
  },
  options: { tableName: "orders", timestamps: false },
};
