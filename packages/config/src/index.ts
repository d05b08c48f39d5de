export { ConfigError, readConfig } from "./config.ts";
export type { Bootstrap, Config } from "./config.ts";
export { mailWarning, proxyWarning } from "./warnings.ts";
export { VARIABLES } from "./variables.ts";
