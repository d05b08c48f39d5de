import { parseNetworks } from "@overdue/config";
import { expect, test } from "vitest";

import { withAuthenticator } from "../../test/authenticator.ts";
import { cookieOf, person, read, testApi } from "../../test/test-api.ts";

const PROXY = "172.18.0.5";
const SETTINGS = {
  header: "remote-email",
  nameHeader: "remote-name",
  peers: parseNetworks(["172.18.0.0/16"]),
  signOutUrl: "https://proxy.example.org/sign-out",
};
const api = await testApi({ trustedHeader: SETTINGS, registration: "closed" });
let peer = PROXY;
api.deps.socketAddress = () => peer;
const operator = await person(api);

let people = 0;
const anAddress = () => {
  people += 1;
  return `named-${people}@example.org`;
};

/** A request by the proxy, unless `from` says otherwise. */
async function signIn(headers: Record<string, string>, { from = PROXY, to = "/account" } = {}) {
  peer = from;
  const path = `/api/auth/trusted-header?${new URLSearchParams({ to })}`;
  const answer = await api.call("GET", path, { headers });
  peer = PROXY;
  return { location: answer.headers.get("location"), cookie: cookieOf(answer), status: answer.status };
}
const me = async (cookie: string, headers: Record<string, string> = {}) =>
  await api.call("GET", "/v1/me", { headers: { cookie, ...headers } });
const countIgnored = async () => {
  const text = await api.deps.metrics.registry.getSingleMetricAsString(
    "overdue_trusted_header_ignored_total",
  );
  return Number(/_total (\d+)/.exec(text)?.[1]);
};

test("whom the proxy names is in, with an account and a name, whatever REGISTRATION says", async () => {
  const email = anAddress();
  const first = await signIn(
    { "remote-email": email.toUpperCase(), "remote-name": "Ada" },
    { to: "/operator" },
  );
  expect([first.status, first.location]).toEqual([302, "/operator"]);
  const seen = await read<{ user: object; projects: unknown[] }>(await me(first.cookie));
  expect(seen).toMatchObject({
    user: { email, name: "Ada", isVerified: true },
    projects: [{ role: "owner" }],
  });
  const second = await signIn({ "remote-email": email });
  expect((await read<{ user: object }>(await me(second.cookie))).user).toEqual(seen.user);
});

test("the header of any other peer is ignored and counted, whatever it says about where it comes from", async () => {
  const before = await countIgnored();
  for (const from of ["172.19.0.5", "203.0.113.9", "::1", "", "::ffff:203.0.113.9"]) {
    const headers = { "remote-email": operator.email, "x-forwarded-for": PROXY, forwarded: `for=${PROXY}` };
    const refused = await signIn(headers, { from });
    expect([from, refused.location]).toEqual([from, "/sign-in?problem=header"]);
    expect((await me(refused.cookie)).status).toBe(401);
  }
  expect((await countIgnored()) - before).toBe(5);
});

test("the proxy's address in its IPv6 form is the proxy's", async () => {
  const answer = await signIn({ "remote-email": anAddress() }, { from: `::ffff:${PROXY}` });
  expect(answer.location).toBe("/account");
});

test("no header, two addresses, or something that is none signs nobody in", async () => {
  const headers = [
    {},
    { "remote-email": "" },
    { "remote-email": "a@example.org, b@example.org" },
    { "remote-email": "ada" },
  ];
  for (const one of headers)
    expect((await signIn(one as Record<string, string>)).location).toBe("/sign-in?problem=header");
});

test("the header by itself signs no request in: only the session does", async () => {
  expect((await api.call("GET", "/v1/me", { headers: { "remote-email": operator.email } })).status).toBe(401);
});

test("a session ends for the browser once the proxy names somebody else there, and not for a request without the header", async () => {
  const [ada, bob] = [anAddress(), anAddress()];
  const { cookie } = await signIn({ "remote-email": ada });
  expect((await me(cookie, { "remote-email": ada })).status).toBe(200);
  expect((await me(cookie)).status).toBe(200);
  expect((await me(cookie, { "remote-email": bob })).status).toBe(401);
  // Who signed in by a password is not the proxy's to sign out.
  expect((await me(operator.cookie, { "remote-email": bob })).status).toBe(200);
});

test("an account with a second factor asks for it still, and the session stays bound to the proxy's person", async () => {
  const email = anAddress();
  const { cookie } = await signIn({ "remote-email": email });
  const as = (method: string, path: string, json?: unknown) =>
    api.call(method, path, { json, headers: { cookie } });
  const { recoveryCodes } = await withAuthenticator({ as });
  const half = await signIn({ "remote-email": email });
  expect(half.location).toBe("/sign-in?step=code&to=%2Faccount");
  expect((await me(half.cookie)).status).toBe(401);
  const done = await api.call("POST", "/api/auth/second-factor", {
    json: { recoveryCode: recoveryCodes[0] },
    headers: { cookie: half.cookie },
  });
  const full = cookieOf(done);
  expect((await me(full, { "remote-email": email })).status).toBe(200);
  expect((await me(full, { "remote-email": anAddress() })).status).toBe(401);
});

test("an account that nobody has verified is not given to the person whom the proxy names", async () => {
  const eve = await testApi({ trustedHeader: SETTINGS });
  eve.deps.socketAddress = () => PROXY;
  await person(eve);
  const registered = await person(eve);
  await eve.deps.pool.query("update users set email_verified = false where id = $1", [registered.userId]);
  const answer = await eve.call("GET", "/api/auth/trusted-header", {
    headers: { "remote-email": registered.email },
  });
  expect(answer.headers.get("location")).toBe("/sign-in?problem=taken");
});

test("the sign-in page learns whether the proxy named somebody, and where signing out goes on", async () => {
  const here = async (headers: Record<string, string>) =>
    (await read<{ trustedHeader: object }>(await api.call("GET", "/v1/instance", { headers }))).trustedHeader;
  const { signOutUrl } = SETTINGS;
  expect(await here({ "remote-email": anAddress() })).toEqual({ isHere: true, signOutUrl });
  expect(await here({})).toEqual({ isHere: false, signOutUrl });
  const other = await testApi();
  expect(await read(await other.call("GET", "/v1/instance"))).toMatchObject({ trustedHeader: null });
  expect((await other.call("GET", "/api/auth/trusted-header")).status).toBe(404);
});

test("the page that follows is one of ours", async () => {
  const answer = await signIn({ "remote-email": anAddress() }, { to: "https://evil.example/" });
  expect(answer.location).toBe("/");
});
