import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { redisMissing, testRedis } from "@overdue/testkit";
import type { Sql } from "postgres";
import type { Browser, Page } from "playwright";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ageCheck, openDatabase } from "./support/age-check.ts";
import { startBrowser } from "./support/browser.ts";
import { type Product, childOf, emptyDataDirectory, startProduct } from "./support/product.ts";
import { type Providers, startProviders } from "./support/providers.ts";

const run = promisify(execFile);
const PASSWORD = "correct horse battery staple";
const DAY_SECONDS = 86_400;

describe("with its queue in PostgreSQL", () => {
  story(async () => null);
});

describe.skipIf(redisMissing !== null)("with its queue in Redis", () => {
  story(testRedis);
});

/** What a person does from the first start to the recovery. Each test goes on where the one before it ended. */
function story(startRedis: typeof testRedis) {
  let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
  let redis: Awaited<ReturnType<typeof testRedis>>;
  let providers: Providers;
  let product: Product;
  let browser: Browser;
  let page: Page;
  let database: Sql;
  let check: { id: string; url: string; pingUrl: string };
  let signingSecret = "";
  const consoleErrors: string[] = [];

  beforeAll(async () => {
    [data, redis, providers, browser] = await Promise.all([
      emptyDataDirectory(),
      startRedis(),
      startProviders(),
      startBrowser(),
    ]);
    product = await startProduct(data.path, {
      ...providers.variables,
      ...(redis !== null && { REDIS_URL: redis.url }),
    });
    database = openDatabase(data.path);
    page = await browser.newPage({ timezoneId: "America/New_York" });
    page.setDefaultTimeout(10_000);
    page.on("console", (message) => {
      if (message.type() === "error") consoleErrors.push(message.text());
    });
    page.on("pageerror", (error) => consoleErrors.push(error.message));
  });

  afterAll(async () => {
    await browser?.close();
    await database?.end();
    await product?.stop();
    await Promise.all([redis?.stop(), providers?.close()]);
    await data?.remove();
  });

  test("nobody can make the first account without the printed token", async () => {
    const stranger = await browser.newPage();
    stranger.setDefaultTimeout(10_000);
    await stranger.goto(`${product.origin}/setup?token=guessed`);
    await signUp(stranger, "stranger@example.org");
    await stranger.getByRole("alert").first().waitFor();
    expect(new URL(stranger.url()).pathname).toBe("/setup");
    await stranger.close();
  });

  test("a person makes the first account with the token, and is asked for a first check", async () => {
    expect(product.url).toContain("?token=");
    await page.goto(product.url);
    await signUp(page, "ada@example.org");
    await page.waitForURL(/\/projects\/[^/]+\/checks/);
  });

  test("a new mailbox gets nothing before its reader agrees by the link in a mail", async () => {
    await addChannel("email", { "E-mail address": "ops@example.org" });
    await page.getByText("Waiting for confirmation").first().waitFor();
    const { mail } = await providers.smtp.waitFor(({ to }) => to.includes("ops@example.org"));
    expect(await page.getByRole("button", { name: "Send test" }).count()).toBe(0);
    const reader = await browser.newPage();
    reader.setDefaultTimeout(10_000);
    await reader.goto(/http\S+\/confirm-address\?\S+/.exec(mail.text ?? "")?.[0] ?? "");
    await reader.getByRole("button", { name: "Yes, send alerts here" }).click();
    await reader.getByText("Thank you").waitFor();
    await reader.close();
    // The page of channels changes without a reload, too.
    await page.getByRole("button", { name: "Send test" }).waitFor();
  });

  test("a chat, a Slack channel and a webhook are added, and the test message of each channel arrives", async () => {
    // A chat has to send /start before its id can be typed.
    const chat = { id: -100_200_300, type: "supergroup", title: "Ops" };
    providers.telegram.pushUpdate({ message: { message_id: 1, chat, text: "/start" } });
    await providers.telegram.waitForCount(1);
    await addChannel("telegram", { Chat: "-100200300" });
    await addChannel("slack", { "Webhook URL": providers.slack.hookUrl });
    await addChannel("webhook", { Address: providers.webhook.url });
    const tests = page.getByRole("button", { name: "Send test" });
    await expect.poll(() => tests.count()).toBe(4);
    for (const send of await tests.all()) await send.click();
    await Promise.all([
      providers.smtp.waitForCount(2),
      providers.telegram.waitForCount(2),
      providers.slack.waitForCount(1),
      providers.webhook.waitForCount(1),
    ]);
  });

  test("the form shows the next five times while a person types, and refuses an impossible schedule", async () => {
    await page.goto(projectUrl("checks/new"));
    await page.getByLabel("Name", { exact: true }).fill("nightly backup");
    await chooseCron("0 0 30 2 *");
    await page.getByRole("button", { name: /^(Create|Add|Make|Save)/ }).click();
    await page
      .getByText(/never|no next time/i)
      .first()
      .waitFor();
    await page.getByLabel("Cron expression").fill("30 2 * * *");
    await chooseTimezone("Europe/Berlin");
    await expect.poll(async () => (await page.getByText("02:30").all()).length).toBeGreaterThanOrEqual(5);
  });

  test("the check is created, and the curl line that it shows works in a terminal", async () => {
    await page.getByRole("button", { name: /^(Create|Add|Make|Save)/ }).click();
    await page.waitForURL(/\/checks\/[0-9a-f-]{36}(\?|$)/);
    const command = await page
      .getByText(/^curl /)
      .first()
      .innerText();
    check = await readCheck();
    await run("sh", ["-c", command]);
    // The page changes without a reload, by the event.
    const up = page.getByText("Up", { exact: true }).first();
    await up.waitFor();
    expect(await up.isVisible()).toBe(true);
  });

  test("when the next ping does not come, all four channels get an alert that says what was expected and when the last ping came", async () => {
    await ageCheck(database, check.id, 2 * DAY_SECONDS);
    await page.getByText("Down", { exact: true }).first().waitFor();
    const { mail, telegram, slack, webhook } = await waitForAllChannels("down");
    for (const text of [mail?.text ?? "", telegram, slack]) {
      expect(text).toContain("nightly backup");
      expect(text).toMatch(/expected/i);
      expect(text).toContain("02:30");
      expect(text).toContain("Europe/Berlin");
      expect(text).toMatch(/last heard|last ping/i);
      expect(text).toContain(check.id);
      expect(text).not.toContain(check.pingUrl.split("/").at(-1));
    }
    expect(mail?.subject).toContain("nightly backup");
    expect(webhook).toMatchObject({
      data: {
        check: { name: "nightly backup" },
        reason: "missed",
        expected_at: expect.stringMatching(/T0[01]:30:00/),
      },
    });
  });

  test("when the job pings again, all four channels get the recovery", async () => {
    await fetch(check.pingUrl);
    await page.getByText("Up", { exact: true }).first().waitFor();
    const { mail, telegram, slack } = await waitForAllChannels("up");
    for (const text of [mail?.subject ?? "", telegram, slack]) expect(text).toContain("nightly backup");
  });

  test("an exit status other than 0 alerts at once, with the end of the job's output", async () => {
    await fetch(`${check.pingUrl}/3`, { method: "POST", body: "copying …\nrsync: <disk> full & done for\n" });
    const { mail, telegram, slack } = await waitForAllChannels("down");
    for (const text of [mail?.text ?? "", telegram, slack]) {
      expect(text).toContain("rsync: ");
      expect(text).toMatch(/exit status 3/i);
    }
    await fetch(check.pingUrl);
    await waitForAllChannels("up");
  });

  test("a run that takes too long alerts while it is still running", async () => {
    // A start within seconds of an end would count as the start of that run, overtaken on its way.
    await ageCheck(database, check.id, 120);
    await patchCheck({ maxRuntimeSeconds: 1 });
    await fetch(`${check.pingUrl}/start`);
    const { telegram } = await waitForAllChannels("down");
    expect(telegram).toMatch(/takes longer than the limit of 1 s/);
    await patchCheck({ maxRuntimeSeconds: null });
    await fetch(check.pingUrl);
    await waitForAllChannels("up");
  });

  test("a backup that ends well with nothing in it alerts at once, with the number and its limit", async () => {
    await patchCheck({ metricLimits: [{ metric: "bytes", min: 1 }] });
    await fetch(`${check.pingUrl}?metric.bytes=0`);
    const { mail, telegram, slack, webhook } = await waitForAllChannels("down");
    for (const text of [mail?.text ?? "", telegram, slack])
      expect(text).toContain("bytes was 0, at least 1 is expected");
    expect(webhook).toMatchObject({
      data: { reason: "metric-limit", metrics: [{ metric: "bytes", value: 0, min: 1 }] },
    });
    await fetch(`${check.pingUrl}?metric.bytes=7e9`);
    await waitForAllChannels("up");
    await patchCheck({ metricLimits: [] });
  });

  test("a checker killed before a deadline and started after it sends exactly one alert", async () => {
    const before = providers.webhook.received.length;
    // A kill between sending and recording would rightly repeat the message.
    await expect.poll(unfinishedDeliveries).toBe(0);
    // A stopped supervisor does not restart the process.
    process.kill(product.pid, "SIGSTOP");
    const killed = childOf(product, "checker");
    expect(killed).not.toBeNull();
    process.kill(killed ?? 0, "SIGKILL");
    await ageCheck(database, check.id, 2 * DAY_SECONDS);
    expect(await flipsToDown()).toBe(4);
    process.kill(product.pid, "SIGCONT");
    await waitForAllChannels("down");
    expect(childOf(product, "checker")).not.toBe(killed);
    expect(await flipsToDown()).toBe(5);
    expect(providers.webhook.received.length).toBe(before + 1);
    await fetch(check.pingUrl);
    await waitForAllChannels("up");
    expect(providers.webhook.received.length).toBe(before + 2);
  });

  test("a second start on the same data says so and leaves the first alone", async () => {
    await expect(startProduct(data.path)).rejects.toThrow(/already/i);
    expect((await fetch(`${product.origin}/health/live`)).status).toBe(200);
  });

  test("no page has logged an error on the way", () => {
    // The browser itself notes that the impossible schedule was refused, each time that it asked while it was typed.
    const refused = "Failed to load resource: the server responded with a status of 400 (Bad Request)";
    expect(new Set(consoleErrors)).toEqual(new Set([refused]));
  });

  test("after a stop and a start everything is where it was", async () => {
    await database.end();
    await product.stop();
    product = await startProduct(data.path, {
      ...providers.variables,
      PORT: new URL(product.origin).port,
      ...(redis !== null && { REDIS_URL: redis.url }),
    });
    database = openDatabase(data.path);
    expect(product.url).not.toContain("token");
    await page.goto(check.url);
    await page.getByRole("heading", { name: "nightly backup" }).waitFor();
    await fetch(`${check.pingUrl}/start`);
    expect((await fetch(check.pingUrl)).status).toBe(200);
  });

  const projectUrl = (path: string) => {
    const project = /\/projects\/[^/]+/.exec(new URL(page.url()).pathname)?.[0] ?? "";
    return `${product.origin}${project}/${path}`;
  };

  async function addChannel(kind: string, fields: Record<string, string>): Promise<void> {
    await page.goto(projectUrl(`channels/new/${kind}`));
    for (const [label, value] of Object.entries(fields))
      await page.getByRole("textbox", { name: label, exact: true }).fill(value);
    await page.getByRole("button", { name: "Create channel" }).click();
    if (kind === "webhook") {
      const shown = page.getByText(/whsec_/).first();
      await shown.waitFor();
      signingSecret = /whsec_[A-Za-z0-9+/=]+/.exec(await shown.innerText())?.[0] ?? "";
      await page.getByRole("button", { name: "I have copied it" }).click();
    }
    await page.waitForURL(/\/channels$/);
  }

  async function chooseCron(expression: string): Promise<void> {
    await page.getByRole("radio", { name: "Cron", exact: true }).check();
    await page.getByLabel("Cron expression").fill(expression);
  }

  async function chooseTimezone(zone: string): Promise<void> {
    await page.getByLabel("Time zone").first().fill(zone);
    await page.getByRole("option", { name: zone, exact: true }).click();
  }

  async function readCheck(): Promise<typeof check> {
    const url = page.url().replace(/\?.*/, "");
    const [, project, id = ""] = /projects\/([^/]+)\/checks\/([^/?]+)/.exec(url) ?? [];
    const response = await page.request.get(`${product.origin}/v1/projects/${project}/checks/${id}`);
    const { pingUrl } = await response.json();
    return { id, url, pingUrl };
  }

  async function patchCheck(fields: Record<string, unknown>): Promise<void> {
    const project = /projects\/([^/]+)/.exec(check.url)?.[1];
    const response = await page.request.patch(`${product.origin}/v1/projects/${project}/checks/${check.id}`, {
      data: fields,
      headers: { Origin: product.origin },
    });
    expect(response.status()).toBe(200);
  }

  async function flipsToDown(): Promise<number> {
    const [row] = await database`
      select count(*)::int as count from flips where check_id = ${check.id} and to_status = 'down'`;
    return row?.["count"];
  }

  async function unfinishedDeliveries(): Promise<number> {
    const [row] = await database`select count(*)::int as count from deliveries where state <> 'sent'`;
    return row?.["count"];
  }

  // The providers keep all that they received, so the counts only grow.
  const expectedCounts = { smtp: 2, telegram: 2, slack: 1, webhook: 1 };

  /** Waits until each of the four channels has received one more message. Returns these messages. */
  async function waitForAllChannels(kind: "down" | "up") {
    const [mails, telegrams, slacks, hooks] = await Promise.all([
      providers.smtp.waitForCount(++expectedCounts.smtp),
      providers.telegram.waitForCount(++expectedCounts.telegram),
      providers.slack.waitForCount(++expectedCounts.slack),
      providers.webhook.waitForCount(++expectedCounts.webhook),
    ]);
    const hook = hooks.at(-1);
    const webhook = new Webhook(signingSecret).verify(hook?.body ?? "", { ...hook?.headers }) as {
      event: string;
    };
    expect(JSON.stringify(webhook)).toContain(kind);
    return {
      mail: mails.at(-1)?.mail,
      telegram: telegrams.at(-1)?.text ?? "",
      slack: JSON.stringify(slacks.at(-1)?.payload),
      webhook,
    };
  }
}

async function signUp(page: Page, email: string): Promise<void> {
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("E-mail").fill(email);
  await page.locator("input[type=password]").first().fill(PASSWORD);
  await page.locator("button[type=submit]").click();
}
