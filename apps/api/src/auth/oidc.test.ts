import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { withAuthenticator } from "../../test/authenticator.ts";
import { openidProvider } from "../../test/oidc-provider.ts";
import { cookieOf, ORIGIN, person, read, testApi } from "../../test/test-api.ts";

const CALLBACK = `${ORIGIN}/api/auth/oidc/callback`;
const provider = await openidProvider({ redirectUri: CALLBACK });
const SETTINGS = {
  issuer: provider.issuer,
  clientId: "overdue",
  clientSecret: "a-secret-of-the-test",
  name: "Example",
  allowedDomains: [] as string[],
  roleClaim: "groups",
  roles: [],
};

async function instance(changes: object = {}, settings: object = {}) {
  const api = await testApi({ ...settings, oidc: { ...SETTINGS, ...changes } });
  const operator = await person(api);
  return { api, operator };
}

type Api = Awaited<ReturnType<typeof instance>>["api"];
type Claims = { sub?: string; email?: string; email_verified?: boolean; groups?: string[] };

/** From the button of the sign-in page to where the browser ends. */
async function signIn(api: Api, claims: Claims, { to = "/account", change = (url: URL) => url } = {}) {
  const start = await api.call("GET", `/api/auth/oidc/start?to=${encodeURIComponent(to)}`);
  const back = change(
    await provider.signIn(start.headers.get("location") ?? "", { sub: randomUUID(), ...claims }),
  );
  const headers = { cookie: cookieOf(start) };
  const again = () => api.call("GET", `${back.pathname}${back.search}`, { headers });
  const end = await again();
  const cookie = cookieOf(end);
  return { start, back, again, cookie, location: end.headers.get("location"), status: end.status };
}

async function me(api: Api, cookie: string) {
  const response = await api.call("GET", "/v1/me", { headers: { cookie } });
  return {
    status: response.status,
    ...(await read<{ user?: { email: string; isVerified: boolean } }>(response)),
  };
}

test("a person whom the provider has verified gets an account, and finds it again the next time", async () => {
  const { api } = await instance({}, { registration: "open" });
  const claims = { sub: randomUUID(), email: "Ada@Example.org", email_verified: true };
  const first = await signIn(api, claims, { to: "/account" });
  expect([first.status, first.location]).toEqual([302, "/account"]);
  expect(await me(api, first.cookie)).toMatchObject({ user: { email: "ada@example.org", isVerified: true } });
  const renamed = await signIn(api, { ...claims, email: "ada@new.example" });
  expect(await me(api, renamed.cookie)).toMatchObject({ user: { email: "ada@example.org" } });
});

test("the code flow uses state, PKCE with S256, a nonce and our exact address", async () => {
  const { api } = await instance();
  const start = await api.call("GET", "/api/auth/oidc/start");
  const { searchParams } = new URL(start.headers.get("location") ?? "");
  expect(searchParams.get("redirect_uri")).toBe(CALLBACK);
  expect(searchParams.get("code_challenge_method")).toBe("S256");
  for (const name of ["state", "nonce", "code_challenge"])
    expect(searchParams.get(name)?.length).toBeGreaterThan(20);
});

test("an account that somebody registered with another's address is not linked (CVE-2026-53516)", async () => {
  const { api } = await instance();
  const eve = await person(api);
  await api.deps.pool.query("update users set email_verified = false where id = $1", [eve.userId]);
  const ada = await signIn(api, { email: eve.email, email_verified: true });
  expect(ada.location).toBe("/sign-in?problem=taken");
  expect((await me(api, ada.cookie)).status).toBe(401);
  const links = await api.deps.pool.query("select 1 from accounts where provider_id like 'oidc%'");
  expect(links).toHaveLength(0);
});

test("an address that the provider has not verified opens nobody's account", async () => {
  const { api, operator } = await instance();
  for (const email_verified of [false, undefined]) {
    const claims = { email: operator.email, ...(email_verified !== undefined && { email_verified }) };
    const eve = await signIn(api, claims);
    expect(eve.location).toBe("/sign-in?problem=unverified");
    expect((await me(api, eve.cookie)).status).toBe(401);
  }
});

test("an account whose address both sides have verified is linked, and its second factor is still asked", async () => {
  const { api } = await instance();
  const ada = await person(api);
  await api.deps.pool.query("update users set email_verified = true where id = $1", [ada.userId]);
  const claims = { sub: randomUUID(), email: ada.email, email_verified: true };
  const linked = await signIn(api, claims);
  expect(await me(api, linked.cookie)).toMatchObject({ user: { email: ada.email } });
  const { codeAt } = await withAuthenticator(ada);
  const half = await signIn(api, claims, { to: "/account" });
  expect(half.location).toBe("/sign-in?step=code&to=%2Faccount");
  expect((await me(api, half.cookie)).status).toBe(401);
  const json = { code: codeAt() };
  const done = await api.call("POST", "/api/auth/second-factor", { json, headers: { cookie: half.cookie } });
  expect(done.status).toBe(200);
});

test("an answer works once, in the browser that asked, and with the state that we gave", async () => {
  const { api } = await instance({}, { registration: "open" });
  const claims = { email: "bob@example.org", email_verified: true };
  const done = await signIn(api, claims);
  expect(done.location).toBe("/account");
  expect((await done.again()).headers.get("location")).toBe("/sign-in?problem=expired");
  const stolen = await api.call("GET", `${done.back.pathname}${done.back.search}`);
  expect(stolen.headers.get("location")).toBe("/sign-in?problem=expired");
  const forged = await signIn(api, claims, {
    change: (url) => {
      url.searchParams.set("state", "another");
      return url;
    },
  });
  expect(forged.location).toBe("/sign-in?problem=provider");
});

test.each([
  ["closed", [], "/sign-in?problem=closed"],
  ["invite", [], "/sign-in?problem=closed"],
  ["closed", ["example.org"], "/account"],
  ["open", ["example.com"], "/sign-in?problem=domain"],
] as const)(
  "with REGISTRATION=%s and the domains %j, a newcomer ends at %s",
  async (registration, allowed, end) => {
    const { api } = await instance({ allowedDomains: [...allowed] }, { registration });
    const { location } = await signIn(api, { email: "carol@example.org", email_verified: true });
    expect(location).toBe(end);
  },
);

test("the provider's groups give roles, and never take a higher one away", async () => {
  const api = await testApi({ registration: "open", oidc: { ...SETTINGS, roles: [] } });
  const owner = await person(api);
  api.deps.settings.oidc = {
    ...SETTINGS,
    roles: [{ value: "ops", projectId: owner.projectId, role: "member" }],
  };
  const claims = { email: "dan@example.org", email_verified: true };
  const dan = await signIn(api, { ...claims, groups: ["ops", "other"] });
  const { projects } = await read<{ projects: { id: string; role: string }[] }>(
    await api.call("GET", "/v1/me", { headers: { cookie: dan.cookie } }),
  );
  expect(projects).toContainEqual(expect.objectContaining({ id: owner.projectId, role: "member" }));
  const self = await signIn(api, { email: owner.email, email_verified: true, groups: ["ops"] });
  const role = await read<{ role: string }>(
    await api.call("GET", `/v1/projects/${owner.projectId}`, { headers: { cookie: self.cookie } }),
  );
  expect(role.role).toBe("owner");
});

test("the visit ends on a page of ours, whatever was asked", async () => {
  const { api } = await instance({}, { registration: "open" });
  for (const to of ["//evil.example", "/\\evil.example", "https:evil.example"]) {
    const { location } = await signIn(api, { email: "eve@example.org", email_verified: true }, { to });
    expect(location).toBe("/");
  }
});

test("a provider that does not answer is said in words, and tried again the next time", async () => {
  const { api } = await instance({ issuer: "http://127.0.0.1:9" });
  const start = await api.call("GET", "/api/auth/oidc/start");
  expect(start.headers.get("location")).toBe("/sign-in?problem=provider");
});

test("without a provider there is nothing at its address", async () => {
  const api = await testApi();
  await person(api);
  expect((await api.call("GET", "/api/auth/oidc/start")).status).toBe(404);
});
