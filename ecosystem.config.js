// pm2: daemon and agent on one host (npm run build first, then: pm2 start ecosystem.config.js)
// treekill stays false: a restart of the agent must not end the loads that it supervises

const common = {
  cwd: import.meta.dirname,
  interpreter: 'node',
  exec_mode: 'fork',
  instances: 1,
  autorestart: true,
  exp_backoff_restart_delay: 500,
  // each process says `ready` itself, once it listens or is connected
  wait_ready: true,
  listen_timeout: 30_000,
  // longer than the grace period of 10 s, so that pm2 never cuts a clean end short
  kill_timeout: 15_000,
  treekill: false,
}

export const apps = [
  {
    ...common,
    name: 'gander-daemon',
    script: 'dist/bot/main.js',
    env: { GANDER_HTTP_HOST: '127.0.0.1', GANDER_HTTP_PORT: '8080', GANDER_DATA_DIR: './data' },
  },
  {
    ...common,
    name: 'gander-agent',
    script: 'dist/agent/main.js',
    env: { GANDER_DAEMON_URL: 'http://127.0.0.1:8080', GANDER_AGENT_DIR: './agent-data', GOOSEFS_BIN: 'goosefs' },
  },
]
