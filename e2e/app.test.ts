import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";

import { accessibilityViolations } from "./support/accessibility.ts";
import { startBrowser } from "./support/browser.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";

const EMAIL = "ada@example.org";
const PASSWORD = "correct horse battery";
const HOURLY = { kind: "interval", everySeconds: 3_600 };

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let product: Product;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let project = "";

beforeAll(async () => {
  [data, browser] = await Promise.all([emptyDataDirectory(), startBrowser()]);
  product = await startProduct(data.path, {
    BOOTSTRAP_EMAIL: EMAIL,
    BOOTSTRAP_PASSWORD: PASSWORD,
    BOOTSTRAP_PROJECT: "Ops",
  });
  context = await browser.newContext({ baseURL: product.origin, permissions: ["notifications"] });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await call("/api/auth/sign-in/email", { email: EMAIL, password: PASSWORD });
  const me = await (await context.request.get("/v1/me")).json();
  project = `/projects/${me.projects[0].id}`;
  const { pingUrl } = await (
    await call(`/v1${project}/checks`, { name: "nightly backup", tags: ["db"], schedule: HOURLY })
  ).json();
  await call(`/v1${project}/checks`, { name: "sync", tags: ["db"], schedule: HOURLY });
  await fetch(pingUrl);
  await fetch(`${pingUrl}/3`);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await data?.remove();
});

function call(path: string, json: object) {
  return context.request.post(path, { data: json, headers: { origin: product.origin } });
}

test("the uptime of a project is read by check and tag, ordered by any column, and downloaded", async () => {
  await page.goto(`${project}/uptime?span=24h`);
  await page.getByRole("columnheader", { name: "Went down" }).last().getByRole("button").click();
  await page.waitForURL(/sort=downs/);
  const rows = page.getByRole("region", { name: "By check" }).getByRole("row");
  expect(await rows.nth(1).innerText()).toMatch(/^nightly backup/);
  await page.getByRole("button", { name: "db" }).click();
  await page.waitForURL(/tag=db/);
  const file = page.waitForEvent("download");
  await page.getByText("These figures as").getByRole("link", { name: "CSV" }).click();
  expect((await file).suggestedFilename()).toMatch(/^reliability-.*\.csv$/);
  expect(await accessibilityViolations(page)).toEqual([]);
  for (const width of [360, 768, 1_440]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  }
});

test("a view of the list is saved under a name, opened again and removed, with undo", async () => {
  await page.goto(`${project}/checks?status=up`);
  await page.getByRole("button", { name: "View", exact: true }).click();
  await page.getByRole("menuitem", { name: "Save this view" }).click();
  await page.getByLabel("Name of the view").fill("What is fine");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.goto(`${project}/checks`);
  await page.getByRole("button", { name: "View", exact: true }).click();
  await page.getByRole("menuitem", { name: "What is fine", exact: true }).click();
  await page.waitForURL(/status=up/);
  await page.getByRole("button", { name: "View", exact: true }).click();
  await page.getByRole("menuitem", { name: "Remove “What is fine”" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "View", exact: true }).click();
  await page.getByRole("menuitem", { name: "What is fine", exact: true }).waitFor();
  expect(page.url()).toContain("status=up");
  await page.keyboard.press("Escape");
});

test("a wall shows by its key what is down, without signing in, and its key is in no address that is asked for", async () => {
  const { key } = await (await call(`/v1${project}/keys`, { name: "tv", scope: "overview" })).json();
  const tv = await browser.newContext({ viewport: { width: 1_280, height: 720 } });
  const screen = await tv.newPage();
  const asked: string[] = [];
  screen.on("request", (request) => asked.push(request.url()));
  const hash = new URLSearchParams({ project: project.split("/").at(-1) ?? "", key, theme: "dark" });
  await screen.goto(`${product.origin}/wall#${hash}`);
  await screen.getByRole("heading", { name: /1 down/ }).waitFor();
  await screen.getByText(/Failed .*exit 3/).waitFor();
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.filter((url) => new URL(url).href.split("#")[0]?.includes(key))).toEqual([]);
  expect(await screen.evaluate("document.documentElement.scrollHeight - innerHeight")).toBeLessThanOrEqual(0);
  expect(await accessibilityViolations(screen, ["dark"])).toEqual([]);
  await tv.close();
});

test("a message of the push service is shown with its button, and the recovery takes its place", async () => {
  await page.goto(`${project}/channels/new/web-push`);
  await page.getByRole("button", { name: "Notify this device" }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await deliver({
    title: "nightly backup is down",
    body: "Exit 3",
    tag: "t1",
    link: "/",
    action: { label: "Acknowledge", url: `${product.origin}/act` },
  });
  const shown = () => page.evaluate(SHOWN);
  await expect
    .poll(shown, { timeout: 30_000 })
    .toEqual([["nightly backup is down", "Exit 3", ["Acknowledge"]]]);
  await deliver({ title: "nightly backup is up again", tag: "t1", link: "/" });
  await expect.poll(shown, { timeout: 30_000 }).toEqual([["nightly backup is up again", "", []]]);
});

const SHOWN = `navigator.serviceWorker.ready
  .then((registration) => registration.getNotifications())
  .then((all) => all.map(({ title, body, actions }) => [title, body, actions.map((action) => action.title)]))`;

/** Gives the service worker a message as the push service of a browser's maker would. */
async function deliver(message: object): Promise<void> {
  await page.waitForFunction("navigator.serviceWorker.ready.then(() => true)");
  const session = await context.newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const [first] = registrations;
      if (first !== undefined) resolve(first.registrationId);
    });
  });
  await session.send("ServiceWorker.enable");
  const registrationId = await registered;
  const data = JSON.stringify(message);
  await session.send("ServiceWorker.deliverPushMessage", { origin: product.origin, registrationId, data });
  await session.detach();
}

test("with the server away the app opens all the same, and says how old what it shows is", async () => {
  await page.goto(`${project}/checks`);
  await page.getByText("nightly backup").first().waitFor();
  await page.waitForFunction(`caches.match("/assets.json").then((list) => list !== undefined)`);
  await page.reload();
  await page.getByText("nightly backup").first().waitFor();
  await product.stop();
  await page.reload();
  await page.getByText("nightly backup").first().waitFor();
  await page.getByText(/What you see is from \d\d:\d\d/).waitFor({ timeout: 30_000 });
  await page.goto(`${project}/incidents`);
  expect(await page.getByText("nightly backup").first().innerText()).toBe("nightly backup");
});
