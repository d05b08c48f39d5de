export { ConfigError, readConfig } from "./config.ts";
export type { Bootstrap, Config } from "./config.ts";
export { mailWarning } from "./mail-warning.ts";
export { proxyWarning } from "./proxy-warning.ts";
export { VARIABLES } from "./variables.ts";
