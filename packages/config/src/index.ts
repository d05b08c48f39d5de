export { ConfigError, readConfig } from "./config.ts";
export type { Bootstrap, Config } from "./config.ts";
export { proxyWarning } from "./proxy-warning.ts";
export { VARIABLES } from "./variables.ts";
