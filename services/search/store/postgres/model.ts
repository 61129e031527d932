import { DataTypes } from "sequelize";
import type { ModelDefinition } from "../../../../mixins/postgres";
import { LIVE } from "./tables";

export const productModel: ModelDefinition = {
  name: "product",
  define: {
    id: { type: DataTypes.UUID, primaryKey: true },
    version: DataTypes.BIGINT,
    active: DataTypes.BOOLEAN,
    card: DataTypes.JSON,
  },
  options: { schema: LIVE, tableName: "product", timestamps: false },
};
