import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startBrowser } from "./support/browser.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";
import { type Providers, startProviders } from "./support/providers.ts";

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let providers: Providers;
let product: Product;
let browser: Browser;
let page: Page;
let project = "";
let pingUrl = "";

beforeAll(async () => {
  [data, providers, browser] = await Promise.all([emptyDataDirectory(), startProviders(), startBrowser()]);
  product = await startProduct(data.path, providers.variables);
  page = await browser.newPage({ timezoneId: "Europe/Berlin" });
  page.setDefaultTimeout(10_000);
  await page.goto(product.url);
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.locator("input[type=password]").first().fill("correct horse battery staple");
  await page.locator("button[type=submit]").click();
  await page.waitForURL(/\/projects\/[^/]+\/checks/);
  project = /\/projects\/[^/]+/.exec(page.url())?.[0] ?? "";
  await create("channels", { kind: "webhook", name: "Pager", settings: { url: providers.webhook.url } });
  const schedule = { kind: "interval", everySeconds: 3_600 };
  ({ pingUrl } = await create("checks", { name: "nightly backup", tags: ["prod"], schedule }));
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await providers?.close();
  await data?.remove();
});

test("an incident is acknowledged and noted on its page, which shows its end by itself", async () => {
  await page.goto(`${product.origin}${project}/incidents`);
  await page.getByText("Nothing is down").waitFor();
  await fetch(`${pingUrl}/3`, { method: "POST", body: "rsync: disk full\n" });
  await page.getByRole("link", { name: "nightly backup" }).click();
  await page.getByText("rsync: disk full").waitFor();
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await page.getByText("Acknowledged by Ada.").waitFor();
  await page.getByRole("button", { name: "Note" }).click();
  await page.getByRole("textbox", { name: "Note" }).fill("Cleaning up.");
  await page.getByRole("button", { name: "Add the note" }).click();
  await page.getByText("Ada: Cleaning up.").waitFor();
  await fetch(pingUrl);
  await page.getByText("Incident, over").waitFor();
  expect(await page.getByRole("button", { name: /acknowledge/i }).count()).toBe(0);
});

test("a route that is made in its form is read back, and says who would hear", async () => {
  await page.goto(`${product.origin}${project}/routes/new`);
  await page.getByLabel("Name").fill("Later");
  await page.getByLabel("Step 1: after: amount").fill("15");
  await page.getByRole("combobox", { name: "Step 1: tell" }).click();
  await page.getByRole("option", { name: "Pager" }).click();
  await page.getByText(/after 15 minutes, if nobody has acknowledged by then, tell Pager/).waitFor();
  await page.getByRole("button", { name: "Make the route" }).click();
  await page.getByRole("heading", { name: "Later" }).waitFor();
  await page.getByRole("combobox", { name: "If this check" }).click();
  await page.getByRole("option", { name: "nightly backup" }).click();
  expect(await page.getByRole("cell", { name: "at once" }).first().innerText()).toBe("at once");
});

test("maintenance is started and stopped from its page", async () => {
  await page.goto(`${product.origin}${project}/maintenance`);
  await page.getByLabel("What for").fill("Deploy");
  await page.getByRole("button", { name: "Start now" }).click();
  await page.getByRole("button", { name: "Stop Deploy now" }).click();
  await page.getByText("Over", { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: "Stop Deploy now" }).count()).toBe(0);
});

async function create(what: string, fields: object): Promise<{ pingUrl: string }> {
  const response = await page.request.post(`${product.origin}/v1${project}/${what}`, {
    data: fields,
    headers: { Origin: product.origin },
  });
  expect(response.status()).toBe(201);
  return await response.json();
}
