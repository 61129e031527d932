import { DataTypes } from "sequelize";
import type { ModelDefinition } from "../../../mixins/postgres";

export const jobModel: ModelDefinition = {
  name: "job",
  define: {
    id: { type: DataTypes.UUID, primaryKey: true },
    type: DataTypes.TEXT,
    status: DataTypes.TEXT,
    done: DataTypes.INTEGER,
    total: DataTypes.INTEGER,
    created_at: DataTypes.DATE,
    updated_at: DataTypes.DATE,
  },
  options: { tableName: "job", timestamps: false },
};
