export { ConfigError } from "./config-error.ts";
export type { PlansFile } from "./plans-file.ts";
export type { OidcSettings } from "./oidc-settings.ts";
export type { TrustedHeader } from "./trusted-header.ts";
export { readConfig, type BackupSettings, type Bootstrap, type Config } from "./config.ts";
export { readRedisAddress, type RedisAddress } from "./redis-address.ts";
export { isNetwork } from "./values.ts";
export { VARIABLES } from "./variables.ts";
export {
  isAllowed,
  isPublic,
  type Networks,
  otherPort,
  parseNetworks,
  PRIVATE_ADDRESS,
  WEB_PORTS,
  whyOutOfReach,
} from "./networks.ts";
export { mailWarning, proxyWarning } from "./warnings.ts";
