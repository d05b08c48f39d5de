import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { routeTree } from "../apps/web/src/app/routes.tsx";
import { accessibilityViolations } from "./support/accessibility.ts";
import { startBrowser } from "./support/browser.ts";
import { pathsOf } from "./support/pages.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";

const ACCOUNT = { email: "ada@example.org", password: "correct horse battery staple" };
const HOURLY = { kind: "interval", everySeconds: 3_600 };
const WIDTHS = [360, 768, 1440];
/** As the route tree names them: a page that is added to it is looked at here, too. */
const PAGES = pathsOf(routeTree);
/** Tabs and choices that an address opens, besides what a path shows by itself. */
const MORE = [
  "/projects/$projectId/checks/$checkId?tab=runs",
  "/projects/$projectId/checks/$checkId?tab=history",
  "/projects/$projectId/checks/$checkId?tab=how-to",
  "/projects/$projectId/day?as=table",
  "/projects/$projectId/incidents?state=all",
];

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let product: Product;
let browser: Awaited<ReturnType<typeof startBrowser>>;
let context: BrowserContext;
let page: Page;
/** What the content policy of a page kept from happening. */
const refusedByPolicy = new Set<string>();
/** What stands for each parameter of a path. */
const params: Record<string, string> = { kind: "webhook", stormId: "00000000-0000-7000-8000-000000000000" };

beforeAll(async () => {
  [data, browser] = await Promise.all([emptyDataDirectory(), startBrowser()]);
  product = await startProduct(data.path, {
    BOOTSTRAP_EMAIL: ACCOUNT.email,
    BOOTSTRAP_PASSWORD: ACCOUNT.password,
  });
  context = await browser.newContext({ baseURL: product.origin });
  const signIn = await context.request.post("/api/auth/sign-in/email", {
    data: ACCOUNT,
    headers: { origin: product.origin },
  });
  if (!signIn.ok()) throw new Error(await signIn.text());
  await fill();
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) refusedByPolicy.add(message.text());
  });
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await data?.remove();
});

test("every page of the router is known here", () => {
  expect(PAGES.length).toBeGreaterThan(30);
  const unknown = PAGES.flatMap((path) => path.match(/(?<=\$)\w+/g) ?? []).filter(
    (name) => !(name in params),
  );
  expect(unknown).toEqual([]);
});

describe.each(WIDTHS)("at a width of %i, axe finds nothing", (width) => {
  test.each([...PAGES, ...MORE])("on %s, nor in its menus and dialogs", async (path) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(fillPath(path));
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    for (const kind of ["menu", "dialog", "listbox"]) {
      if (!(await openFirst(kind, path))) continue;
      expect([kind, await accessibilityViolations(page)]).toEqual([kind, []]);
      await page.keyboard.press("Escape");
    }
  });

  test.each([
    ["the palette", "Control+k"],
    ["the keys", "?"],
  ])("in %s", async (_, key) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(fillPath("/projects/$projectId/checks"));
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press(key);
    await page.getByRole("dialog").waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test("in the menus of the header, and in the output of a ping", async () => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(fillPath("/projects/$projectId/checks/$checkId"));
    for (const name of [/^Project:/, /^Colours/, /^Account/]) {
      await page.getByRole("button", { name }).click();
      await page.getByRole("menu").waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("menu").waitFor({ state: "hidden" });
    }
    await page.getByRole("button", { name: /^Body/ }).first().click();
    await page.getByRole("dialog").getByText("disk full").waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  });
});

test("no page, menu or dialog does what its content policy forbids", () => {
  expect([...refusedByPolicy]).toEqual([]);
});

/** Opens the first menu, dialog or list of the page that has something in it; false where there is none. */
async function openFirst(kind: string, path: string): Promise<boolean> {
  const openers = await page.locator(`main [aria-haspopup="${kind}"]:visible`).all();
  const shown = page.locator(`[role="${kind}"]:visible`).first();
  for (const opener of openers) {
    const label = `${path} ${kind} ${String(await opener.evaluate(LABEL))}`;
    if (openNothing.has(label)) continue;
    await opener.click();
    if (await shown.waitFor({ timeout: LIST_MS }).then(always, never)) return true;
    openNothing.add(label);
  }
  return false;
}

/** Fields without anything to choose from, which open no list at any width: waiting for it once is enough. */
const openNothing = new Set<string>();
const LABEL =
  "(opener) => opener.getAttribute('aria-label') ?? opener.labels?.[0]?.textContent ?? opener.textContent";
const LIST_MS = 2_000;
const always = () => true;
const never = () => false;

function fillPath(path: string): string {
  return path.replaceAll(/\$(\w+)/g, (_, name: string) => params[name] ?? "");
}

/** One of everything that a page is about. */
async function fill(): Promise<void> {
  const create = async (path: string, fields: object) => {
    const response = await context.request.post(`/v1/projects/${params["projectId"]}/${path}`, {
      data: fields,
      headers: { origin: product.origin },
    });
    expect([path, response.status()]).toEqual([path, 201]);
    return await response.json();
  };
  const me = await (await context.request.get("/v1/me")).json();
  params["projectId"] = me.projects[0].id;
  params["organizationId"] = me.organizations[0].id;
  const channel = await create("channels", {
    kind: "webhook",
    name: "Pager",
    settings: { url: "https://hooks.example.org/a" },
  });
  const description = "See the [runbook](https://wiki.example.org/backup).";
  const check = await create("checks", {
    name: "nightly backup",
    tags: ["prod"],
    schedule: HOURLY,
    description,
  });
  await create("checks", { name: "invoice run", schedule: HOURLY });
  await fetch(check.pingUrl);
  await fetch(`${check.pingUrl}/3`, { method: "POST", body: "rsync: \u001B[31mdisk full\u001B[0m\n" });
  const person = await create("people", { name: "Ada", channelIds: [channel.id] });
  await create("rotations", {
    name: "Nights",
    timezone: "Europe/Berlin",
    every: "week",
    startsOn: "2026-11-23",
    handOverAt: "09:00",
    personIds: [person.id],
  });
  const route = await create("routes", {
    name: "Later",
    steps: [{ afterMinutes: 15, targets: [{ kind: "channel", channelId: channel.id }] }],
  });
  const nightly = { kind: "cron", expression: "0 2 * * *", minutes: 60, timezone: "UTC" };
  const statusPage = await create("status-pages", {
    name: "Jobs",
    slug: "jobs",
    entries: [{ checkId: check.id, name: "Backup" }],
  });
  const window = await create("maintenance", { name: "Move", rule: nightly });
  await create("keys", { name: "deploy", scope: "read" });
  await create("invitations", { email: "bob@example.org", role: "viewer" });
  const incidents = await (await context.request.get(`/v1/projects/${params["projectId"]}/incidents`)).json();
  Object.assign(params, {
    checkId: check.id,
    channelId: channel.id,
    routeId: route.id,
    pageId: statusPage.id,
    windowId: window.id,
    incidentId: incidents.items[0].id,
  });
}
