import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";

import { accessibilityViolations } from "./support/accessibility.ts";
import { startBrowser } from "./support/browser.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";

const ACCOUNT = { email: "ada@example.org", password: "correct horse battery staple" };
const HOURLY = { kind: "interval", everySeconds: 3_600 };

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let product: Product;
let browser: Browser;
let page: Page;
const UNKNOWN = "0199a1b2-0000-7000-8000-000000000000";
type Made = { id: string; pingUrl: string };
let [here, there]: [string, string] = ["", ""];
let check: Made;

beforeAll(async () => {
  [data, browser] = await Promise.all([emptyDataDirectory(), startBrowser()]);
  product = await startProduct(data.path, {
    BOOTSTRAP_EMAIL: ACCOUNT.email,
    BOOTSTRAP_PASSWORD: ACCOUNT.password,
  });
  const context = await browser.newContext({ baseURL: product.origin });
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await post("/api/auth/sign-in/email", ACCOUNT);
  const me = (await (await page.request.get("/v1/me")).json()) as { projects: { id: string }[] };
  here = me.projects[0]?.id ?? "";
  there = (await post("/v1/projects", { name: "Billing" })).id;
  const settings = { to: ACCOUNT.email };
  await post(`/v1/projects/${here}/channels`, { kind: "email", name: "Night shift", settings });
  await post(`/v1/projects/${there}/channels`, { kind: "email", name: "Billing desk", settings });
  check = await post(`/v1/projects/${here}/checks`, { name: "invoices", slug: "invoices", schedule: HOURLY });
  await fetch(check.pingUrl);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await data?.remove();
});

test("somebody moves a check by the keyboard, is shown before what stays, and moves it back by the message", async () => {
  await page.goto(`/projects/${here}/checks/${check.id}`);
  await page.getByRole("button", { name: "Move to another project…" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Move “invoices” to another project" });
  await dialog.getByText("Channel: Night shift").waitFor();
  await dialog.getByText("There, its alerts go to Billing desk").waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Move check" }).press("Enter");
  await page.waitForURL(`**/projects/${there}/checks/${check.id}`);
  await page.getByText("Billing desk").first().waitFor();
  expect((await fetch(check.pingUrl)).status).toBe(200);
  await page.getByRole("button", { name: "Move it back" }).press("Enter");
  await page.waitForURL(`**/projects/${here}/checks/${check.id}`);
  await page.getByText("Night shift").first().waitFor();
});

test("an old address of a moved check leads to where it is now, and one of nothing says what may have happened", async () => {
  const move = (from: string, to: string) =>
    post(`/v1/projects/${from}/checks/${check.id}/move`, { toProjectId: to });
  await move(here, there);
  await page.goto(`/projects/${here}/checks/${check.id}?tab=runs`);
  await page.waitForURL(`**/projects/${there}/checks/${check.id}?tab=runs`);
  await page.getByRole("heading", { name: "invoices" }).waitFor();
  await page.goto(`/projects/${here}/checks/${check.id}/edit`);
  await page.waitForURL(`**/projects/${there}/checks/${check.id}/edit`);
  await page.goto(`/projects/${UNKNOWN}/checks/${check.id}`);
  await page.waitForURL(`**/projects/${there}/checks/${check.id}`);
  await page.goto(`/projects/${here}/checks/${UNKNOWN}`);
  await page.getByText("moved to a project that you are not in").waitFor();
  await move(there, here);
  await page.goto(`/projects/${there}/checks/${check.id}`);
  await page.waitForURL(`**/projects/${here}/checks/${check.id}`);
  const heading = page.getByRole("heading", { name: "invoices" });
  await heading.waitFor();
  expect(await heading.count()).toBe(1);
});

test("a check that is down says in the dialog why it stays, and what to do", async () => {
  await fetch(`${check.pingUrl}/fail`);
  await page.goto(`/projects/${here}/checks/${check.id}`);
  await page.getByRole("button", { name: "Move to another project…" }).click();
  await page.getByText("move it once it is up, or pause it first").waitFor();
  expect(await page.getByRole("button", { name: "Move check" }).isDisabled()).toBe(true);
});

async function post(path: string, fields: object): Promise<Made> {
  const response = await page.request.post(path, { data: fields, headers: { origin: product.origin } });
  if (!response.ok()) throw new Error(`${path}: ${response.status()} ${await response.text()}`);
  return (await response.json()) as Made;
}
