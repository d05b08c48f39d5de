import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startBrowser } from "./support/browser.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";
import { type Providers, startProviders } from "./support/providers.ts";

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let providers: Providers;
let product: Product;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [data, providers, browser] = await Promise.all([emptyDataDirectory(), startProviders(), startBrowser()]);
  product = await startProduct(data.path, providers.variables);
  page = await browser.newPage();
  page.setDefaultTimeout(10_000);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await providers?.close();
  await data?.remove();
});

test("from the sign-up to a delivered alert, by the keyboard alone", async () => {
  await page.goto(product.url);
  await heading("Welcome");
  await reach(/Your name/);
  await page.keyboard.type("Ada");
  await reach(/E-mail/);
  await page.keyboard.type("ada@example.org");
  await reach(/password/i);
  await page.keyboard.type("correct horse battery staple");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/projects\/[^/]+\/checks/);
  await page.getByText("No checks yet").waitFor();
  await reach(/Create the first check/);
  await page.keyboard.press("Enter");
  await heading("What do you want to watch");
  await reach(/backup script/i);
  await page.keyboard.press("Enter");
  await heading("Watch");
  await reach(/Telegram, Slack or another way/);
  await page.keyboard.press("Enter");
  await heading("Channels");
  await reach(/^Webhook/);
  await page.keyboard.press("Enter");
  await heading("New channel");
  await reach(/^Address/);
  await page.keyboard.type(providers.webhook.url);
  await page.keyboard.press("Enter");
  await page
    .getByText(/whsec_/)
    .first()
    .waitFor();
  await reach(/I have copied it/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/channels$/);
  const project = /\/projects\/[^/]+/.exec(page.url())?.[0] ?? "";
  const { items } = await (await page.request.get(`${product.origin}/v1${project}/checks`)).json();
  await fetch(`${items[0].pingUrl}/fail`, { method: "POST", body: "disk full" });
  const [alert] = await providers.webhook.waitForCount(1);
  expect(alert?.body).toContain("disk full");
});

test("the shortcuts lead through the list, to an acknowledgement and to every page", async () => {
  const project = /\/projects\/[^/]+/.exec(page.url())?.[0] ?? "";
  await page.goto(`${product.origin}${project}/checks`);
  await heading("Checks");
  await page.getByText(/^1 down/).waitFor();
  await page.keyboard.press("/");
  expect(await page.evaluate<string>(NAME)).toBe("Filter by text");
  await page.keyboard.press("Escape");
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.getByText(/1 selected/).waitFor();
  await page.keyboard.press("a");
  await page.getByText("acknowledged", { exact: true }).first().waitFor({ state: "attached" });
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("incidents");
  await page.keyboard.press("Enter");
  await heading("Incidents");
  await page.keyboard.press("c");
  await heading("New check");
  expect(new URL(page.url()).pathname).toContain("/checks/new");
});

async function heading(text: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: new RegExp(text) }).waitFor();
}

const STOPS_MAX = 120;

/** Presses Tab until what has the focus is called so. */
async function reach(name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate<string>(NAME);
    if (name.test(focused)) return;
    seen.push(focused);
  }
  throw new Error(`Tab does not reach ${name}, but: ${[...new Set(seen)].join(" | ")}`);
}

/** What the element with the focus is called, in the page; nothing when Tab has left the last one. */
const NAME = `(() => {
  const focused = document.activeElement;
  if (focused === document.body) return "";
  const label = focused?.labels?.[0]?.textContent ?? focused?.getAttribute("aria-label");
  return (label ?? focused?.textContent ?? "").trim();
})()`;
