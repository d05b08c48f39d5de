import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";

import { accessibilityViolations } from "./support/accessibility.ts";
import { startBrowser } from "./support/browser.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";
import { type Providers, startProviders } from "./support/providers.ts";

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let providers: Providers;
let product: Product;
let browser: Browser;
let page: Page;
let stranger: BrowserContext;
let visitor: Page;
let project = "";
let check: { id: string; pingUrl: string };

const HOURLY = { kind: "interval", everySeconds: 3_600 };
const READER = "reader@example.net";

beforeAll(async () => {
  [data, providers, browser] = await Promise.all([emptyDataDirectory(), startProviders(), startBrowser()]);
  product = await startProduct(data.path, { ...providers.variables, REGISTRATION: "open" });
  page = await browser.newPage({ timezoneId: "Europe/Berlin" });
  stranger = await browser.newContext({ javaScriptEnabled: false });
  visitor = await stranger.newPage();
  for (const one of [page, visitor]) one.setDefaultTimeout(10_000);
  await page.goto(product.url);
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.locator("input[type=password]").first().fill("correct horse battery staple");
  await page.locator("button[type=submit]").click();
  await page.waitForURL(/\/projects\/[^/]+\/checks/);
  project = /\/projects\/[^/]+/.exec(page.url())?.[0] ?? "";
  check = await create("checks", { name: "pg_dump db2", tags: ["db"], schedule: HOURLY });
  await fetch(check.pingUrl);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await providers?.close();
  await data?.remove();
});

async function create<T>(path: string, input: object): Promise<T> {
  const response = await page.request.post(`${product.origin}/v1${project}/${path}`, {
    data: input,
    headers: { origin: product.origin },
  });
  if (!response.ok()) throw new Error(await response.text());
  return (await response.json()) as T;
}

/** Reloads until a text is there: the page is read again two seconds after a change at the latest. */
async function visitorSees(text: string | RegExp): Promise<void> {
  await expect
    .poll(
      async () => {
        await visitor.reload();
        return await visitor.getByText(text).count();
      },
      { timeout: 10_000 },
    )
    .toBeGreaterThan(0);
}

test("a page is made in its form, and a stranger reads it without script or account", async () => {
  await page.goto(`${product.origin}${project}/status-pages`);
  await page.getByRole("link", { name: "New status page" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Our jobs");
  expect(await page.getByRole("textbox", { name: "Address" }).inputValue()).toBe("our-jobs");
  await page.getByRole("combobox", { name: "Add a check" }).click();
  await page.getByRole("option", { name: "pg_dump db2" }).click();
  await page.getByRole("textbox", { name: "Public name" }).fill("Database backup");
  await page.getByRole("combobox", { name: "Group" }).fill("Backups");
  await page.getByLabel("Preview").getByText("Database backup").waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Create page" }).click();
  await page.getByRole("heading", { name: "Our jobs" }).waitFor();
  const requests: string[] = [];
  visitor.on("request", (request) => requests.push(request.url()));
  await visitor.goto(`${product.origin}/status/our-jobs`);
  await visitor.getByRole("heading", { name: "Database backup" }).waitFor();
  expect(await visitor.getByText("Everything works").count()).toBe(1);
  expect(await visitor.content()).not.toContain("pg_dump");
  expect(requests.every((url) => url === `${product.origin}/status/our-jobs`)).toBe(true);
});

test("an incident appears by itself, and what is posted on its page takes its place", async () => {
  await fetch(`${check.pingUrl}/fail`);
  await visitorSees("Database backup is down");
  await page.goto(`${product.origin}${project}/incidents`);
  await page.getByRole("link", { name: "pg_dump db2" }).click();
  await page.getByRole("button", { name: "Post an update to a status page" }).click();
  await page.getByLabel("What visitors should know").fill("The disk is full.");
  await page.getByRole("button", { name: "Publish" }).click();
  await visitorSees("The disk is full.");
  expect(await visitor.getByText("Database backup is down").count()).toBe(0);
});

test("a reader subscribes, agrees by the mail, gets an update and ends it", async () => {
  await visitor.getByLabel("Updates by e-mail").fill(READER);
  await visitor.getByRole("button", { name: "Subscribe" }).click();
  await visitor.getByRole("heading", { name: "Look into your mailbox" }).waitFor();
  const asked = await providers.smtp.waitFor(
    ({ to, mail }) => to.includes(READER) && /Confirm/.test(mail.subject ?? ""),
  );
  await visitor.goto(linkIn(asked.mail.text, "confirm"));
  await visitor.getByRole("button", { name: "Yes, send updates here" }).click();
  await visitor.getByRole("heading", { name: "Thank you" }).waitFor();
  await page.goto(`${product.origin}${project}/status-pages`);
  await page.getByRole("link", { name: "Our jobs" }).first().click();
  await page.getByRole("button", { name: /Add an update/ }).click();
  await page.getByLabel("State").selectOption("resolved");
  await page.getByLabel("What visitors should know").fill("There is room again.");
  await page.getByRole("button", { name: "Publish and mail to 1 subscriber" }).click();
  const updated = await providers.smtp.waitFor(
    ({ to, mail }) => to.includes(READER) && /Resolved/.test(mail.subject ?? ""),
  );
  expect(updated.mail.text).toContain("There is room again.");
  await visitor.goto(linkIn(updated.mail.text, "unsubscribe"));
  await visitor.getByRole("button", { name: "Stop these mails" }).click();
  await visitor.getByRole("heading", { name: "No more mails" }).waitFor();
  await page.reload();
  await page.getByText("Nobody has subscribed by e-mail yet.", { exact: false }).waitFor();
  expect(providers.smtp.received.filter(({ to }) => to.includes(READER))).toHaveLength(2);
});

test("an update is corrected and deleted on the page of its editors, and its deletion undone", async () => {
  await page.getByRole("button", { name: /^Edit “Resolved” of/ }).click();
  await page.getByLabel("What visitors should know").fill("There is room again, for a year.");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await visitor.goto(`${product.origin}/status/our-jobs`);
  await visitorSees("There is room again, for a year.");
  await page.getByRole("button", { name: /^Delete “Resolved” of/ }).click();
  await page.getByText("There is room again, for a year.").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("There is room again, for a year.").waitFor();
  expect(await page.getByText("There is room again, for a year.").count()).toBe(1);
});

function linkIn(text: string | undefined, path: "confirm" | "unsubscribe"): string {
  return new RegExp(`http://\\S+/status/${path}\\?\\S+`).exec(text ?? "")?.[0] ?? "";
}

test("a page with a password is shown to those who know it", async () => {
  const made = { name: "For partners", slug: "partners", visibility: "password", password: "open sesame" };
  await create("status-pages", { ...made, entries: [{ checkId: check.id, name: "Secret job" }] });
  await visitor.goto(`${product.origin}/status/partners`);
  expect(await visitor.content()).not.toContain("Secret job");
  await visitor.getByLabel("Password").fill("open sesam");
  await visitor.getByRole("button", { name: "Show the page" }).click();
  await visitor.getByText("This password is not right").waitFor();
  await visitor.getByLabel("Password").fill("open sesame");
  await visitor.getByRole("button", { name: "Show the page" }).click();
  await visitor.getByRole("heading", { name: "Secret job", exact: true }).waitFor();
  expect(new URL(visitor.url()).pathname).toBe("/status/partners");
});

test.each([360, 768, 1440])("the pages are accessible and fit at %d px", async (width) => {
  const reader = await browser.newPage({ viewport: { width, height: 800 } });
  await reader.goto(`${product.origin}/status/our-jobs`);
  expect(await accessibilityViolations(reader)).toEqual([]);
  expect(await reader.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
  await reader.close();
  await page.setViewportSize({ width, height: 800 });
  for (const path of ["", "/new"]) {
    await page.goto(`${product.origin}${project}/status-pages${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
  }
});

test("deleting a page takes it from its visitors, and undo brings it back", async () => {
  await page.goto(`${product.origin}${project}/status-pages`);
  await page.getByRole("button", { name: "Delete Our jobs" }).click();
  await page.getByText("“Our jobs” is deleted.").waitFor();
  await visitor.goto(`${product.origin}/status/our-jobs`);
  await visitorSees("There is nothing here");
  await page.getByRole("button", { name: "Undo" }).click();
  await visitorSees("Database backup");
  expect(await visitor.getByRole("heading", { name: "Our jobs" }).count()).toBe(1);
});
