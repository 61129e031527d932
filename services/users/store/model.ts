import { DataTypes } from "sequelize";
import type { ModelDefinition } from "../../../mixins/postgres";

/** Without the password's hash, which no read by model needs. */
export const accountModel: ModelDefinition = {
  name: "account",
  define: {
    id: { type: DataTypes.UUID, primaryKey: true },
    email: DataTypes.TEXT,
    name: DataTypes.TEXT,
    phone: DataTypes.TEXT,
    locale: DataTypes.TEXT,
    roles: DataTypes.ARRAY(DataTypes.TEXT),
    created_at: DataTypes.DATE,
  },
  options: { tableName: "account", timestamps: false },
};
