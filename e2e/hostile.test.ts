import { providerNames, type ProviderName, startFakeProviders } from "@overdue/testkit";
import type { Browser, BrowserContext, Page } from "playwright";
import type { Sql } from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";

import { routeTree } from "../apps/web/src/app/routes.tsx";
import { openDatabase } from "./support/age-check.ts";
import { startBrowser } from "./support/browser.ts";
import { ALL_HOSTILE, HOSTILE } from "./support/hostile.ts";
import { listenersOf } from "./support/listeners.ts";
import { pathsOf } from "./support/pages.ts";
import { foundOn, UNTOUCHED, watchPage } from "./support/untouched.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";
import { type Providers, startProviders } from "./support/providers.ts";

// Hostile texts stand wherever people and jobs can write, and go out through everything that Overdue has: each kind of channel,
// each page, pages for the public, exports and the log. The same run looks for the secrets of ping URLs in all of it.

const ACCOUNT = { email: "ada@example.org", password: "correct horse battery staple" };
const HOURLY = { kind: "interval", everySeconds: 3_600 };
const NIGHTLY = { kind: "cron", expression: "0 2 * * *", minutes: 60, timezone: "UTC" };
/** As much of them as a name may have. */
const NAME = (HOSTILE.slack.slice(0, 30) + HOSTILE.image).slice(0, 100);
const TAG = HOSTILE.drawing.replace(" ", "/");
const CHANNELS = [...providerNames, "email", "telegram", "slack", "webhook"];

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let providers: Providers;
let others: Awaited<ReturnType<typeof startFakeProviders>>;
let product: Product;
let database: Sql;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let checkIds: string[] = [];
/** What ends a ping URL; none of it may be found anywhere but where it is asked for. */
const pingSecrets: string[] = [];
const params: Record<string, string> = { kind: "webhook", stormId: "00000000-0000-7000-8000-000000000000" };
let seen: ReturnType<typeof watchPage>;

beforeAll(async () => {
  [data, providers, others, browser] = await Promise.all([
    emptyDataDirectory(),
    startProviders(),
    startFakeProviders(),
    startBrowser(),
  ]);
  product = await startProduct(data.path, {
    ...providers.variables,
    BOOTSTRAP_EMAIL: ACCOUNT.email,
    BOOTSTRAP_PASSWORD: ACCOUNT.password,
  });
  database = openDatabase(data.path);
  context = await browser.newContext({ baseURL: product.origin });
  await post("/api/auth/sign-in/email", ACCOUNT);
  await fill();
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  seen = watchPage(page, product.origin);
});

afterAll(async () => {
  await browser?.close();
  await database?.end();
  await product?.stop();
  await Promise.all([providers?.close(), others?.close()]);
  await data?.remove();
});

async function post(path: string, input: object, refusals: readonly number[] = []) {
  const response = await context.request.post(path, { data: input, headers: { origin: product.origin } });
  const isFine = response.ok() || refusals.includes(response.status());
  if (!isFine) throw new Error(`${path}: ${response.status()} ${await response.text()}`);
  return response.ok() ? await response.json() : null;
}

async function read(path: string): Promise<string> {
  const response = await context.request.get(path);
  if (!response.ok()) throw new Error(`${path}: ${response.status()}`);
  return await response.text();
}
const inProject = (path: string) => `/v1/projects/${params["projectId"]}/${path}`;
const made = async (path: string, input: object): Promise<{ id: string } & Record<string, string>> =>
  await post(inProject(path), input);

/** Everything that a person or a job can write, with hostile texts in it. */
async function fill(): Promise<void> {
  await database`update users set name = ${NAME}`;
  const me = JSON.parse(await read("/v1/me"));
  params["projectId"] = me.projects[0].id;
  params["organizationId"] = me.organizations[0].id;
  await database`update projects set name = ${NAME}`;
  await database`update organizations set name = ${NAME}`;
  const { pingKey } = await post(inProject("ping-key"), {});
  pingSecrets.push(pingKey);
  expect((await fetch(`${product.origin}/ping/${pingKey}/by-slug?create=1`)).status).toBe(201);
  const channelIds = await channels();
  const check = await aCheck(NAME, channelIds);
  checkIds = [check.id];
  for (const text of Object.values(HOSTILE)) await anotherCheck(text);
  await ping(check["pingUrl"] ?? "", "/fail", ALL_HOSTILE);
  await fillProject(check, channelIds[0] ?? "");
  params["incidentId"] = (await incidents())[0]?.id ?? "";
  await post(inProject(`incidents/${params["incidentId"]}/notes`), { text: ALL_HOSTILE }, [400]);
  await post(inProject(`incidents/${params["incidentId"]}/notes`), { text: NAME });
}

const incidents = async (): Promise<{ id: string }[]> => JSON.parse(await read(inProject("incidents"))).items;

async function channels(): Promise<string[]> {
  const settings: Record<string, object> = {
    email: { to: ACCOUNT.email },
    telegram: { chat: "-100123", token: providers.telegram.token },
    slack: { url: providers.slack.hookUrl },
    webhook: { url: providers.webhook.url },
  };
  const ids = [];
  for (const kind of CHANNELS) {
    const to = settings[kind] ?? others.settingsOf(kind as ProviderName);
    ids.push((await made("channels", { kind, name: NAME, settings: to })).id);
  }
  params["channelId"] = ids[0] ?? "";
  return ids;
}

async function aCheck(name: string, channelIds: readonly string[]) {
  const details = { description: `${HOSTILE.link} ${HOSTILE.script}`, tags: [TAG, "=1+1"] };
  const check = await made("checks", { name, schedule: HOURLY, channelIds, ...details });
  keepSecret(check["pingUrl"] ?? "");
  return check;
}

const keepSecret = (pingUrl: string) => pingSecrets.push(pingUrl.split("/").at(-1) ?? "");

/** A check without channels, and its ping; a name with control characters may be refused instead. */
async function anotherCheck(name: string): Promise<void> {
  const check = await post(inProject("checks"), { name, schedule: HOURLY, channelIds: [] }, [400]);
  if (check === null) return;
  keepSecret(check.pingUrl);
  await ping(check.pingUrl, "", name);
}

async function ping(url: string, action: string, body: string): Promise<void> {
  const headers = { "user-agent": HOSTILE.image, "content-type": "text/plain" };
  const response = await fetch(url + action, { method: "POST", body, headers });
  expect(response.status).toBe(200);
}

async function fillProject(check: { id: string }, channelId: string): Promise<void> {
  const person = await made("people", { name: NAME, channelIds: [channelId] });
  const rotation = { timezone: "UTC", every: "week", startsOn: "2026-11-23", handOverAt: "09:00" };
  await made("rotations", { name: NAME, ...rotation, personIds: [person.id] });
  const steps = [{ afterMinutes: 900, targets: [{ kind: "person", personId: person.id }] }];
  const route = await made("routes", { name: NAME, steps });
  const window = await made("maintenance", { name: NAME, rule: NIGHTLY });
  const entries = [{ checkId: check.id, name: NAME, group: NAME }];
  const look = { name: NAME, slug: "hostile", description: HOSTILE.script };
  const statusPage = await made("status-pages", { ...look, entries });
  const update = { state: "investigating", title: NAME, text: `${HOSTILE.script}\n${HOSTILE.link}` };
  await made(`status-pages/${statusPage.id}/posts`, { ...update, checkIds: [check.id] });
  await made("views", { name: NAME, search: { q: NAME } });
  await made("keys", { name: NAME, scope: "read" });
  await made("invitations", { email: "bob@example.org", role: "viewer" });
  Object.assign(params, {
    checkId: check.id,
    routeId: route.id,
    windowId: window.id,
    pageId: statusPage.id,
  });
}

/** Opens a page, and returns what the texts in it have become. */
async function lookAt(path: string) {
  const before = seen.misdeeds.length;
  await page.goto(path);
  await page.getByRole("heading").first().waitFor();
  return { ...(await foundOn(page)), misdeeds: seen.misdeeds.slice(before) };
}

const PAGES = pathsOf(routeTree);
const TABS = ["?tab=runs", "?tab=history", "?tab=how-to"].map(
  (tab) => `/projects/$projectId/checks/$checkId${tab}`,
);

test.each([...PAGES, ...TABS])("T-HDR-3: on %s hostile texts stay texts", async (path) => {
  const filled = path.replaceAll(/\$(\w+)/g, (_, name: string) => params[name] ?? "");
  expect(await lookAt(filled)).toEqual(UNTOUCHED);
});

test("on the page of the incident, in the output of a ping and in the menus hostile texts stay texts", async () => {
  const incident = `/projects/${params["projectId"]}/incidents/${params["incidentId"]}`;
  expect(await lookAt(incident)).toEqual(UNTOUCHED);
  await page.goto(`/projects/${params["projectId"]}/checks/${params["checkId"]}`);
  await page.getByRole("button", { name: /^Body/ }).first().click();
  await page.getByRole("dialog").waitFor();
  expect({ ...(await foundOn(page)), misdeeds: seen.misdeeds }).toEqual(UNTOUCHED);
  await page.keyboard.press("Escape");
  for (const name of [/^Project:/, /^Account/]) {
    await page.getByRole("button", { name }).click();
    await page.getByRole("menu").waitFor();
    expect({ ...(await foundOn(page)), misdeeds: seen.misdeeds }).toEqual(UNTOUCHED);
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "hidden" });
  }
  expect(seen.misdeeds).toEqual([]);
});

test("every kind of channel takes the alert at its first attempt, with nothing in it that its reader's program would obey", async () => {
  await expect
    .poll(async () => (await deliveries()).filter(({ state }) => state !== "sent"), { timeout: 60_000 })
    .toEqual([]);
  const sent = await deliveries();
  expect(sent.map(({ kind }) => kind).toSorted()).toEqual(CHANNELS.toSorted());
  expect(sent.filter(({ attempt, state }) => attempt !== 1 || state !== "sent")).toEqual([]);
  const down = providers.smtp.received.find(({ mail }) => /down/i.test(mail.subject ?? ""));
  const head = down?.raw.split("\r\n\r\n")[0] ?? "";
  expect(head).not.toMatch(/^(?:bcc|cc):/im);
  expect(down?.to).toEqual([ACCOUNT.email]);
  expect(down?.mail.html).not.toMatch(
    /<(?:script|svg|style[^>]*>\*|img src=x)|href="https:\/\/evil|<a href="javascript/i,
  );
  const [telegram] = providers.telegram.received;
  expect(telegram?.parseMode).toBe("HTML");
  expect(telegram?.source).not.toMatch(/<a href="https:\/\/evil|<script|<img/);
  const isPlain = (value: unknown) => Object(value).type === "plain_text";
  const [slack] = providers.slack.received;
  const obeyed = JSON.stringify(slack?.payload, (_, value) => (isPlain(value) ? "" : value));
  expect(obeyed).not.toMatch(/<!channel>|<@U0|<https:\/\/evil/);
  const hook = JSON.parse(providers.webhook.received[0]?.body ?? "{}");
  expect(hook.data.check.name).toBe(NAME);
  expect(hook).not.toHaveProperty("admin");
});

const deliveries = async () =>
  await database<{ kind: string; state: string; attempt: number }[]>`
    select c.kind, d.state, d.attempt from deliveries d join channels c on c.id = d.channel_id
    where d.check_id = any(${checkIds}) and d.kind = 'down'`;

/** What a stranger gets to see. */
const PUBLIC = [
  "/status/hostile",
  "/status/hostile/feed.atom",
  "/status/hostile/feed.rss",
  "/status/hostile/summary.json",
];

test("on a status page, in its feeds, on a badge and on the page of a mail's link hostile texts stay texts", async () => {
  expect(await lookAt("/status/hostile")).toEqual(UNTOUCHED);
  const link = /https?:\/\/\S+\/incidents\/act\?\S+/.exec(
    providers.smtp.received.at(-1)?.mail.text ?? "",
  )?.[0];
  expect(await lookAt(new URL(link ?? "", product.origin).href)).toEqual(UNTOUCHED);
  for (const path of PUBLIC.slice(1)) {
    const response = await context.request.get(path);
    expect(response.status()).toBe(200);
    expect(response.headers()["content-type"]).not.toContain("text/html");
  }
  const check = JSON.parse(await read(inProject(`checks/${params["checkId"]}`)));
  await page.goto(check.badgeUrl);
  expect(
    await page.evaluate("[globalThis.overdueRan ?? null, document.querySelectorAll('script, image').length]"),
  ).toEqual([null, 0]);
  expect(seen.misdeeds).toEqual([]);
});

const [from, until] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
const EXPORTS = ["runs", "incidents", "slots"].flatMap((rows) =>
  ["csv", "json"].map((format) => `export?rows=${rows}&format=${format}&from=${from}&until=${until}`),
);

test("a cell of an export is no formula, and what the log prints moves no terminal", async () => {
  const csv = await read(inProject(EXPORTS[0] ?? ""));
  expect(csv).toContain("'=HYPERLINK");
  expect(csv).not.toMatch(/(?:^|,)"?[=+@]/m);
  expect(product.printed()).not.toMatch(/[^\P{Cc}\n\t]|\p{Cf}/u);
});

test("T-PING-4: the secret of a ping URL is in no message, no export, no log, no page for the public and no Referer", async () => {
  expect(pingSecrets.length).toBeGreaterThan(8);
  const ledgers: Record<string, unknown> = {
    mails: providers.smtp.received,
    telegram: providers.telegram.requests.received,
    slack: providers.slack.requests.received,
    webhook: providers.webhook.received,
    others: others.received,
    log: product.printed(),
    referrers: [...seen.referrers],
  };
  const exported = [...EXPORTS, "audit/export"].map(inProject);
  for (const path of [...exported, "/v1/me/export", ...PUBLIC]) ledgers[path] = await read(path);
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  for (const [where, value] of Object.entries(ledgers)) {
    expect([where, text(value).length > 1]).toEqual([where, true]);
    expect([where, pingSecrets.filter((secret) => text(value).includes(secret))]).toEqual([where, []]);
  }
});

test("T-DEP-1: a fresh instance listens on this machine alone, for the app, its database and the self-test", () => {
  const found = listenersOf(product);
  const ports = [new URL(product.origin).port, database.options.port[0]];
  expect(found).toEqual(expect.arrayContaining(ports.map((port) => `127.0.0.1:${port}`)));
  expect(found.filter((at) => !at.startsWith("127.0.0.1:"))).toEqual([]);
  // The self-test opens its own some moments after the start.
  expect(found.length - ports.length).toBeLessThan(2);
});
