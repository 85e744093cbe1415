// pm2: daemon and agent on one host (npm run build first, then: pm2 start ecosystem.config.js)
// Settings and tokens come from the environment of `pm2 start`; after a change: pm2 restart … --update-env
// So do those of the DingTalk bot: DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET, GOOSEFS_DINGTALK_ALERT_TOKEN, GANDER_CONFIG (README),
// and GANDER_TZ, the clock of schedules that name no zone

const common = {
  cwd: import.meta.dirname,
  interpreter: 'node',
  exec_mode: 'fork',
  instances: 1,
  autorestart: true,
  exp_backoff_restart_delay: 500,
  // a damaged state (74) and a wrong configuration (78) need a person, not another start
  stop_exit_codes: [74, 78],
  // each process says `ready` itself, once it listens or is connected
  wait_ready: true,
  listen_timeout: 30_000,
  // longer than the grace period of 10 s, so that pm2 never cuts a clean end short
  kill_timeout: 15_000,
  // a restart of the agent must not end the loads that it supervises
  treekill: false,
  // nothing of pm2 is loaded into the processes
  pmx: false,
}

export const apps = [
  { ...common, name: 'gander-daemon', script: 'dist/bot/main.js' },
  { ...common, name: 'gander-agent', script: 'dist/agent/main.js' },
]
