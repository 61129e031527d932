import { DataTypes } from "sequelize";
import type { ModelDefinition } from "../../../mixins/postgres";

export const reconciliationModel: ModelDefinition = {
  name: "reconciliation",
  define: {
    one: { type: DataTypes.BOOLEAN, primaryKey: true },
    ran_at: DataTypes.DATE,
    checked: DataTypes.INTEGER,
    findings: DataTypes.JSON,
  },
  options: { tableName: "reconciliation", timestamps: false },
};
