import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startBrowser } from "./support/browser.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";

const ACCOUNT = { email: "ada@example.org", password: "correct horse battery staple" };

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let product: Product;
let browser: Awaited<ReturnType<typeof startBrowser>>;

beforeAll(async () => {
  [data, browser] = await Promise.all([emptyDataDirectory(), startBrowser()]);
  await start();
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await data?.remove();
});

/** What keeps a page from its server, and what gives it back. */
const WAYS: Record<string, { leave: (context: BrowserContext) => Promise<void>; back: typeof start }> = {
  "the network is gone": {
    leave: (context) => context.setOffline(true),
    back: (context) => context?.setOffline(false) ?? Promise.resolve(),
  },
  "the server is stopped": {
    leave: () => product.stop(),
    back: () => start(),
  },
};

describe.each(Object.entries(WAYS))("while %s", (_, { leave, back }) => {
  let context: BrowserContext;
  let page: Page;
  let project: string;
  let name: string;

  beforeAll(async () => {
    context = await browser.newContext({ baseURL: product.origin });
    const headers = { origin: product.origin };
    await context.request.post("/api/auth/sign-in/email", { data: ACCOUNT, headers });
    const { projects } = await (await context.request.get("/v1/me")).json();
    project = `/projects/${projects[0].id}`;
    name = `backup of ${_}`;
    const schedule = { kind: "interval", everySeconds: 3_600 };
    const made = await context.request.post(`/v1${project}/checks`, { data: { name, schedule }, headers });
    await fetch(`${(await made.json()).pingUrl}/fail`, { method: "POST", body: "disk full" });
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
    // Every page that is used below has been looked at once, as in a tab that is open all day.
    await page.goto(`${project}/incidents`);
    await page.getByRole("link", { name }).click();
    await page.getByText("disk full").first().waitFor();
    await page.getByRole("link", { name: "Checks", exact: true }).first().click();
    await page.getByRole("link", { name: "New check" }).click();
    await page.getByLabel("Name", { exact: true }).waitFor();
    await leave(context);
  });

  afterAll(() => context.close());

  test("the page stays and says how old what it shows is", async () => {
    await page.getByText(/cannot be reached from this browser/).waitFor();
    expect(await page.getByRole("alert").first().innerText()).toMatch(/What you see is from \d\d:\d\d/);
  });

  test("what is typed into a form stays, and saving it says why it did not work", async () => {
    await page.getByLabel("Name", { exact: true }).fill("typed while away");
    await page.getByRole("button", { name: "Create check" }).click();
    await page.getByText("That did not work").waitFor();
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("typed while away");
  });

  test("the list and the page of an incident are there as they were, and an acknowledgement waits", async () => {
    await page.getByRole("link", { name: "Checks", exact: true }).first().click();
    await page.getByRole("link", { name }).first().waitFor();
    await page.getByRole("link", { name: "Incidents" }).first().click();
    await page.getByRole("link", { name }).click();
    await page.getByRole("button", { name: "Acknowledge" }).click();
    expect(await page.getByText(/Acknowledged here/).innerText()).toContain(
      "as soon as Overdue can be reached",
    );
  });

  test("it is sent once the server can be reached, and what was typed is still in the form", async () => {
    await back(context);
    await page
      .getByText(/^Acknowledged by/)
      .first()
      .waitFor();
    await page.getByText(/cannot be reached/).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Checks", exact: true }).first().click();
    await page.getByRole("link", { name: "New check" }).click();
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("typed while away");
  });
});

/** Starts the product, again on its port. */
async function start(_context?: BrowserContext): Promise<void> {
  product = await startProduct(data.path, {
    BOOTSTRAP_EMAIL: ACCOUNT.email,
    BOOTSTRAP_PASSWORD: ACCOUNT.password,
    ...(product !== undefined && { PORT: new URL(product.origin).port }),
  });
}
