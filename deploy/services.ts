import type { ServiceName } from "../contracts";

/** How a service is run. docker-compose.yml and k8s.yaml are rendered from this table. */
export interface Deployment {
  /** In Kubernetes; Compose runs one of each (`--scale orders=2`). */
  readonly replicas: number;
  /** What the scheduler keeps free for each replica. */
  readonly cpu: `${number}m`;
  /** Of each replica: kept free, and the most that it may take. */
  readonly memory: `${number}Mi`;
  /** Beside NATS, which every service talks through. */
  readonly servers: readonly Server[];
  /** Secrets that it is given; nobody else is. */
  readonly secrets: readonly Secret[];
  /** Of files in DATA_DIR that outlive a container; such a service runs as one replica. */
  readonly keeps?: `${number}Gi`;
}

export type Server = "postgres" | "mongo" | "redis";

/** `false`: the service does without it. */
export const secrets = {
  MESH_KEY: true,
  JWT_PRIVATE_KEY: true,
  ADMIN_EMAIL: true,
  ADMIN_PASSWORD: true,
  SANDBOX_WEBHOOK_SECRET: true,
  STRIPE_SECRET_KEY: false,
  STRIPE_WEBHOOK_SECRET: false,
  IMAGE_STORE_URL: false,
  SMTP_URL: false,
  SMS_GATEWAY_URL: false,
  VAPID_PRIVATE_KEY: false,
} as const;
export type Secret = keyof typeof secrets;

const usual = { replicas: 2, cpu: "100m", memory: "384Mi", secrets: ["MESH_KEY"] } as const;

export const services: Readonly<Record<ServiceName, Deployment>> = {
  gateway: { ...usual, cpu: "250m", memory: "512Mi", servers: ["redis"] },
  users: {
    ...usual,
    cpu: "250m", // Argon2
    memory: "512Mi",
    servers: ["postgres"],
    secrets: ["MESH_KEY", "JWT_PRIVATE_KEY", "ADMIN_EMAIL", "ADMIN_PASSWORD"],
  },
  catalog: { ...usual, servers: ["mongo", "redis"] },
  search: { ...usual, servers: ["postgres"] },
  carts: { ...usual, servers: ["redis"] },
  inventory: { ...usual, servers: ["postgres"] },
  orders: { ...usual, servers: ["postgres"] },
  payments: {
    ...usual,
    servers: ["postgres"],
    secrets: ["MESH_KEY", "SANDBOX_WEBHOOK_SECRET", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"],
  },
  shipping: { ...usual, servers: ["postgres"] },
  notifications: {
    ...usual,
    servers: ["postgres"],
    secrets: ["MESH_KEY", "SMTP_URL", "SMS_GATEWAY_URL", "VAPID_PRIVATE_KEY"],
  },
  reports: {
    ...usual,
    cpu: "250m",
    memory: "768Mi",
    servers: ["postgres"],
    secrets: ["MESH_KEY", "IMAGE_STORE_URL"],
  },
  operations: { ...usual, servers: ["postgres"] },
};
