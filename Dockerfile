# one image for daemon, agent and gander; the playground (a simulated GooseFS) comes along for trying it out
FROM node:20-bookworm-slim AS build
WORKDIR /gander
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:20-bookworm-slim
# tini reaps what a command line tool leaves behind
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /gander
COPY --from=build /gander/dist ./dist
COPY package.json ./
RUN mkdir -p /var/lib/gander /var/lib/gander-agent /var/lib/gander-playground \
 && chown node:node /var/lib/gander /var/lib/gander-agent /var/lib/gander-playground \
 && printf '#!/bin/sh\nexec node /gander/dist/cli/main.js "$@"\n' >/usr/local/bin/gander \
 && chmod 755 /usr/local/bin/gander
USER node
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "dist/bot/main.js"]
