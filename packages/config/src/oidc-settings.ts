import { ConfigError } from "./config-error.ts";

/** An OpenID provider. `allowedDomains` empty: it says nothing about who may have an account. */
export type OidcSettings = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  name: string;
  allowedDomains: readonly string[];
  roleClaim: string;
  roles: readonly { value: string; projectId: string; role: "owner" | "admin" | "member" | "viewer" }[];
};

type OidcValues = {
  OIDC_ISSUER: string | null;
  OIDC_CLIENT_ID: string | null;
  OIDC_CLIENT_SECRET: string | null;
  OIDC_NAME: string;
  OIDC_ALLOWED_DOMAINS: readonly string[] | null;
  OIDC_ROLE_CLAIM: string;
  OIDC_ROLES: OidcSettings["roles"] | null;
};

/** The OpenID provider; null: there is none. @throws ConfigError if only a part of it is given. */
export function oidcSettings(values: OidcValues): OidcSettings | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = values;
  if (issuer === null && clientId === null && clientSecret === null) return null;
  if (issuer === null || clientId === null || clientSecret === null)
    throw new ConfigError(
      "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET belong together: set all three.",
    );
  return {
    issuer,
    clientId,
    clientSecret,
    name: values.OIDC_NAME,
    allowedDomains: values.OIDC_ALLOWED_DOMAINS ?? [],
    roleClaim: values.OIDC_ROLE_CLAIM,
    roles: values.OIDC_ROLES ?? [],
  };
}
