import { DataTypes } from "sequelize";
import type { ModelDefinition } from "../../../mixins/postgres";

export const paymentModel: ModelDefinition = {
  name: "payment",
  define: {
    order_id: { type: DataTypes.UUID, primaryKey: true },
    user_id: DataTypes.UUID,
    status: DataTypes.TEXT,
    amount: DataTypes.BIGINT,
    currency: DataTypes.TEXT,
    method: DataTypes.TEXT,
    captured: DataTypes.BIGINT,
    refunded: DataTypes.BIGINT,
  },
  options: { tableName: "payment", timestamps: false },
};
