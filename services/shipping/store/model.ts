import { DataTypes } from "sequelize";
import type { ModelDefinition } from "../../../mixins/postgres";

export const shipmentModel: ModelDefinition = {
  name: "shipment",
  define: {
    order_id: { type: DataTypes.UUID, primaryKey: true },
    status: DataTypes.TEXT,
    carrier: DataTypes.TEXT,
    tracking_number: DataTypes.TEXT,
  },
  options: { tableName: "shipment", timestamps: false },
};
