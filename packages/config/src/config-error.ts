/** Says which variables are wrong, one sentence for each. */
export class ConfigError extends Error {
  override name = "ConfigError";
}
