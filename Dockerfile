# Builds the web app, and leaves what the servers need; they run the sources as they are.
FROM node:24.21.0-bookworm-slim AS web
WORKDIR /overdue
COPY . .
RUN npm ci --include=dev --no-audit --no-fund
RUN node node_modules/vite/bin/vite.js build apps/web

FROM node:24.21.0-bookworm-slim
WORKDIR /overdue
COPY . .
RUN npm ci --omit=dev --no-audit --no-fund
# The links that PostgreSQL's libraries need are made here, because node_modules is not writable later.
RUN node packages/postgres/src/hydrate.ts
COPY --from=web /overdue/apps/web/dist apps/web/dist
RUN mkdir /data && chown node:node /data
USER node
ENV HOST=0.0.0.0 DATA_DIR=/data NODE_ENV=production
VOLUME /data
EXPOSE 8000
# Alone, a container runs everything with the database that comes along; docker-compose.yml runs the parts.
CMD ["node", "apps/supervisor/src/main.ts"]
