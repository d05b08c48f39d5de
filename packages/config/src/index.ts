export { ConfigError, readConfig } from "./config.ts";
export type { Bootstrap, Config } from "./config.ts";
export { VARIABLES } from "./variables.ts";
