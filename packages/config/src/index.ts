export { ConfigError, readConfig, type Bootstrap, type Config, mailWarning, proxyWarning } from "./config.ts";
export { VARIABLES } from "./variables.ts";
