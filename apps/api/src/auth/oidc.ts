import type { OidcSettings } from "@overdue/config";
import type { Configuration } from "openid-client";
import { request } from "undici";
import { z } from "zod";

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 262_144;

/** What the provider says of a person. */
export type OidcPerson = {
  subject: string;
  email: string | null;
  isEmailVerified: boolean;
  name: string | null;
  roles: readonly string[];
};

/** What is remembered between leaving for the provider and coming back. */
export const OidcRequest = z.object({
  state: z.string(),
  verifier: z.string(),
  nonce: z.string(),
  to: z.string(),
});
export type OidcRequest = z.infer<typeof OidcRequest>;

/** Signs people in at an OpenID provider: code flow with PKCE, `state` and `nonce`. Its discovery document is read once. */
export class OidcProvider {
  readonly #settings: OidcSettings;
  readonly #redirectUri: string;
  #configuration: Promise<Configuration> | null = null;

  constructor(settings: OidcSettings, publicUrl: string) {
    this.#settings = settings;
    this.#redirectUri = `${publicUrl}/api/auth/oidc/callback`;
  }

  /** The provider's address for this sign-in, and what to remember until the person comes back. */
  async begin(to: string): Promise<{ url: URL; request: OidcRequest }> {
    const client = await import("openid-client");
    const request = {
      state: client.randomState(),
      verifier: client.randomPKCECodeVerifier(),
      nonce: client.randomNonce(),
      to,
    };
    const url = client.buildAuthorizationUrl(await this.#discover(), {
      redirect_uri: this.#redirectUri,
      scope: "openid email profile",
      state: request.state,
      nonce: request.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(request.verifier),
      code_challenge_method: "S256",
    });
    return { url, request };
  }

  /** Who came back. `query`: of the request to our callback. @throws if the provider, or the answer, is not in order */
  async finish(query: URLSearchParams, request: OidcRequest): Promise<OidcPerson> {
    const client = await import("openid-client");
    const configuration = await this.#discover();
    const url = new URL(`${this.#redirectUri}?${query}`);
    const tokens = await client.authorizationCodeGrant(configuration, url, {
      pkceCodeVerifier: request.verifier,
      expectedState: request.state,
      expectedNonce: request.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error("The provider sent no ID token.");
    const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined;
    const more = hasMore ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {};
    return readPerson({ ...more, ...claims }, this.#settings.roleClaim);
  }

  #discover(): Promise<Configuration> {
    // A failure is not remembered: the provider may just have been away.
    this.#configuration ??= this.#read().catch((error: unknown) => {
      this.#configuration = null;
      throw error;
    });
    return this.#configuration;
  }

  async #read(): Promise<Configuration> {
    const client = await import("openid-client");
    const { issuer, clientId, clientSecret } = this.#settings;
    const isPlain = issuer.startsWith("http://");
    return await client.discovery(
      new URL(issuer),
      clientId,
      undefined,
      client.ClientSecretBasic(clientSecret),
      {
        [client.customFetch]: boundedFetch,
        // An operator who writes http means a provider on this machine or in this network.
        ...(isPlain && { execute: [client.allowInsecureRequests] }),
      },
    );
  }
}

const Claims = z.looseObject({
  sub: z.string().min(1).max(500),
  email: z.string().max(254).optional().catch(undefined),
  email_verified: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
  name: z.string().optional().catch(undefined),
});

function readPerson(claims: object, roleClaim: string): OidcPerson {
  const { sub, email, email_verified: isVerified, name } = Claims.parse(claims);
  const roles = z
    .union([z.array(z.string()), z.string().transform((one) => [one])])
    .catch([])
    .parse(Reflect.get(claims, roleClaim));
  return {
    subject: sub,
    email: email?.toLowerCase() ?? null,
    isEmailVerified: isVerified === true,
    name: name?.slice(0, 100) ?? null,
    roles,
  };
}

/** Sends the library's requests: bounded in time and size, and never following a redirect. */
async function boundedFetch(url: string, options: { method: string; body?: unknown; headers: object }) {
  const { statusCode, headers, body } = await request(url, {
    method: options.method as "GET" | "POST",
    headers: Object.fromEntries(Object.entries(options.headers)) as Record<string, string>,
    body: options.body instanceof URLSearchParams ? options.body.toString() : null,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error("The provider's answer is too large.");
    chunks.push(chunk as Buffer);
  }
  const type = headers["content-type"];
  return new Response(statusCode === 204 ? null : Buffer.concat(chunks), {
    status: statusCode,
    headers: { ...(typeof type === "string" && { "content-type": type }) },
  });
}
