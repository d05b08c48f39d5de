// The commands with the code of all schedulers, each export in a line of its own, for build.mjs.
export { agent } from "./kubernetes/agent.ts";
export { discover } from "./discover/discover.ts";
export { explain } from "./commands/explain.ts";
export { importChecks } from "./import/import.ts";
export { cron } from "./install/cron/cron.ts";
export { systemd } from "./install/systemd/systemd.ts";
