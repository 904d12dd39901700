/** Nouns and verbs of other tools, for those of belt. */

/** Words that mean this alone: what follows them is a verb, and what that means is not known. */
export const ALONE = ["auth", "config"];

/** Names of what a command is about. */
export const NOUNS: Record<string, string> = {
  tasks: "task",
  job: "task",
  jobs: "task",
  runs: "task",
  prediction: "task",
  predictions: "task",
  sessions: "session",
  apps: "app",
  model: "app",
  models: "app",
  agents: "agent",
  chats: "chat",
  files: "file",
  profiles: "profile",
  context: "profile",
  account: "profile",
  accounts: "profile",
  container: "task",
};

/** What is done, in the order in which a command may know it. */
export const VERBS: Record<string, string[]> = {
  ls: ["list"],
  ps: ["list"],
  all: ["list"],
  describe: ["get", "show"],
  get: ["show"],
  show: ["get"],
  create: ["init"],
  new: ["init"],
  view: ["get", "show"],
  info: ["get", "show"],
  status: ["get", "show"],
  inspect: ["get", "show"],
  current: ["show"],
  example: ["sample"],
  template: ["sample"],
  log: ["logs"],
  tail: ["logs"],
  follow: ["watch"],
  attach: ["watch"],
  await: ["wait"],
  stop: ["cancel", "end"],
  cancel: ["stop", "end"],
  end: ["stop"],
  kill: ["cancel", "end", "stop"],
  abort: ["cancel", "stop"],
  close: ["end", "stop"],
  rm: ["cancel", "end", "remove"],
  delete: ["cancel", "end", "remove", "stop"],
  remove: ["cancel", "end"],
  ping: ["keepalive"],
  renew: ["keepalive"],
  touch: ["keepalive"],
  keep: ["keepalive"],
  extend: ["keepalive"],
  refresh: ["keepalive"],
  switch: ["use"],
  set: ["use"],
  select: ["use"],
  put: ["upload"],
  send: ["upload"],
  push: ["upload"],
};

/** What is meant by the name of an app or an agent right behind a noun. */
export const OF_NAMES: Record<string, string> = {
  app: "app get",
  session: "run --session new",
  task: "run",
  agent: "agent run",
  chat: "agent run",
};
