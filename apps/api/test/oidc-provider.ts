import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import Provider from "oidc-provider";
import { afterAll } from "vitest";

/** What the provider says of the person who signs in there next. */
type Person = { sub: string; email?: string; email_verified?: boolean; name?: string; groups?: string[] };

/** A real OpenID provider on this machine, whose own sign-in page lets in whom the test names. It ends with the test file. */
export async function openidProvider({ redirectUri }: { redirectUri: string }) {
  const people = new Map<string, Person>();
  let next = "";
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "overdue", client_secret: "a-secret-of-the-test", redirect_uris: [redirectUri] }],
    pkce: { required: () => true },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ ...people.get(id), sub: id }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  });
  server.on("request", (request, response) => {
    const answer = provider.callback();
    if (request.url?.startsWith("/interaction/") !== true) return void answer(request, response);
    void letIn(provider, { request, response, accountId: next });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const expect = (person: Person) => {
    people.set(person.sub, person);
    next = person.sub;
  };
  return {
    issuer,
    /** Says who signs in there next. */
    expect,
    /** Follows the browser through the provider's pages. @returns the address of our callback that it is sent to */
    signIn: async (start: string, person: Person): Promise<URL> => {
      expect(person);
      return await follow(start, redirectUri);
    },
  };
}

type Visit = {
  request: Parameters<Provider["interactionDetails"]>[0];
  response: Parameters<Provider["interactionDetails"]>[1];
  accountId: string;
};

/** What the provider's sign-in page does once the person has signed in there and agreed. */
async function letIn(provider: Provider, { request, response, accountId }: Visit): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === "login")
    return await provider.interactionFinished(request, response, { login: { accountId } });
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant =
    known ??
    new provider.Grant({ accountId: session?.accountId ?? accountId, clientId: String(params["client_id"]) });
  grant.addOIDCScope("openid email profile");
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

async function follow(start: string, end: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  for (let steps = 0; steps < 10; steps += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [pair = ""] = set.split(";");
      cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    const location = response.headers.get("location");
    if (location === null) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    url = new URL(location, url);
    if (url.href.startsWith(end)) return url;
  }
  throw new Error("The provider goes round in circles.");
}
