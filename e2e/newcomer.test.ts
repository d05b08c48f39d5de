import { execFileSync } from "node:child_process";

import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startBrowser } from "./support/browser.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";
import { type Providers, startProviders } from "./support/providers.ts";

// The first minutes of somebody with one backup script, in a browser that has never seen Overdue. Each step is done by what
// the page itself shows: no address is typed, and no setting but name, mail and password.
let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let providers: Providers;
let product: Product;
let browser: Browser;
let page: Page;
const startedAt = Date.now();
const steps: string[] = [];

beforeAll(async () => {
  [data, providers, browser] = await Promise.all([emptyDataDirectory(), startProviders(), startBrowser()]);
  product = await startProduct(data.path, providers.variables);
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(20_000);
  step("the product is ready");
});

afterAll(async () => {
  console.log(steps.join("\n"));
  await browser?.close();
  await product?.stop();
  await providers?.close();
  await data?.remove();
});

test("the printed link leads to an account with three fields, and the account to the question what to watch", async () => {
  await page.goto(product.url);
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByLabel("Password", { exact: false }).first().fill("correct horse battery staple");
  await page.getByRole("button", { name: /^(Create|Make|Sign)/ }).click();
  await page.getByRole("link", { name: /Create the first check/ }).click();
  await page.getByRole("heading", { name: "What do you want to watch?" }).waitFor();
  expect(new URL(page.url()).pathname).toMatch(/\/start$/);
  step("signed up");
});

test("one click makes the check, and its page listens until the line that it shows has been run", async () => {
  await page.getByRole("button", { name: /A backup script/ }).click();
  await page.getByText(/Listening…/).waitFor();
  step("a check, and its snippet");
  const shown = await page.locator("pre").allTextContents();
  const line = shown.find((code) => code.startsWith("curl ")) ?? "";
  expect(line).toContain("/ping/");
  execFileSync("sh", ["-c", line]);
  await page.getByText(/The first ping came/).waitFor();
  step("the first ping, live");
});

test("nobody would be notified yet, which one button mends, and a test message arrives", async () => {
  await page.getByText("No channel is chosen yet").waitFor();
  await page.getByRole("button", { name: "Send e-mails to ada@example.org" }).click();
  await page.getByRole("button", { name: "Send a test message" }).click();
  await page.getByText("Sent", { exact: true }).first().waitFor();
  const { to } = await providers.smtp.waitFor(({ mail }) => /test/i.test(mail.subject ?? ""));
  expect(to).toContain("ada@example.org");
  step("a channel, and its test message");
});

test("a job that fails is an alert in the mailbox, with its output and a way back to its page", async () => {
  await page.getByRole("link", { name: "Go to the check" }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  const { pathname } = new URL(page.url());
  const { pingUrl } = await (await page.request.get(`${product.origin}/v1${pathname}`)).json();
  await fetch(`${pingUrl}/1`, { method: "POST", body: "rsync: No space left on device" });
  const { mail } = await providers.smtp.waitFor(({ mail: { subject } }) => /down/i.test(subject ?? ""));
  expect(mail.text).toContain("No space left on device");
  await page.getByText("No space left on device").first().waitFor();
  step("the first alert");
});

function step(what: string): void {
  steps.push(`${((Date.now() - startedAt) / 1_000).toFixed(1)} s: ${what}`);
}
