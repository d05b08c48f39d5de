/** The client's secret, and every person's password, in the realm that the trial imports. */
export const CLIENT_SECRET = "a-secret-of-the-trial";
export const PASSWORD = "correct horse";

const person = (name: string, emailVerified: boolean, groups: string[]) => ({
  username: name,
  email: `${name}@example.org`,
  emailVerified,
  enabled: true,
  firstName: name,
  lastName: "Example",
  credentials: [{ type: "password", value: PASSWORD, temporary: false }],
  groups,
});

/** A realm with Overdue as its client, groups in the claim `groups`, and people whose address is confirmed or not. */
export function realm(origin: string): object {
  const groups = {
    name: "groups",
    protocol: "openid-connect",
    protocolMapper: "oidc-group-membership-mapper",
    config: { "claim.name": "groups", "full.path": "false", "id.token.claim": "true" },
  };
  return {
    realm: "overdue",
    enabled: true,
    sslRequired: "none",
    groups: [{ name: "operations" }],
    clients: [
      {
        clientId: "overdue",
        secret: CLIENT_SECRET,
        protocol: "openid-connect",
        redirectUris: [`${origin}/api/auth/oidc/callback`],
        attributes: { "pkce.code.challenge.method": "S256" },
        protocolMappers: [groups],
      },
    ],
    users: [person("ada", true, ["/operations"]), person("bob", true, []), person("eve", false, [])],
  };
}
