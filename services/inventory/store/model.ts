import { DataTypes } from "sequelize";
import type { ModelDefinition } from "../../../mixins/postgres";

export const stockModel: ModelDefinition = {
  name: "stock",
  define: {
    sku: { type: DataTypes.TEXT, primaryKey: true },
    on_hand: DataTypes.INTEGER,
    reserved: DataTypes.INTEGER,
  },
  options: { tableName: "stock", timestamps: false },
};
