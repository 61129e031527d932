import { DataTypes } from "sequelize";
import type { ModelDefinition } from "../../../mixins/postgres";

export const notificationModel: ModelDefinition = {
  name: "notification",
  define: {
    id: { type: DataTypes.UUID, primaryKey: true },
    user_id: DataTypes.UUID,
    channel: DataTypes.TEXT,
    template: DataTypes.TEXT,
    subject: DataTypes.TEXT,
    status: DataTypes.TEXT,
  },
  options: { tableName: "notification", timestamps: false },
};
