import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { type HttpFake, startHttpFake } from "@overdue/testkit";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startBrowser } from "./support/browser.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";
import { type Providers, startProviders } from "./support/providers.ts";

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let providers: Providers;
let collector: HttpFake;
/** What it was sent. */
const traces: string[] = [];
let product: Product;
let browser: Browser;
let page: Page;
let project = "";
let pingUrl = "";

const HOURLY = { kind: "interval", everySeconds: 3_600 };

beforeAll(async () => {
  [data, providers, browser] = await Promise.all([emptyDataDirectory(), startProviders(), startBrowser()]);
  collector = await startHttpFake(({ body }, answer) => {
    traces.push(body);
    answer({ status: 200, body: "{}" });
  });
  product = await startProduct(data.path, {
    ...providers.variables,
    REGISTRATION: "open",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  });
  page = await browser.newPage({ timezoneId: "Europe/Berlin" });
  page.setDefaultTimeout(10_000);
  await page.goto(product.url);
  await signUp(page, "Ada");
  await page.waitForURL(/\/projects\/[^/]+\/checks/);
  project = /\/projects\/[^/]+/.exec(page.url())?.[0] ?? "";
  await create("channels", { kind: "webhook", name: "Pager", settings: { url: providers.webhook.url } });
  ({ pingUrl } = await create("checks", { name: "nightly backup", tags: ["prod"], schedule: HOURLY }));
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await providers?.close();
  await collector?.close();
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
  await page.getByRole("button", { name: "Add note" }).click();
  await page.getByText("Ada: Cleaning up.").waitFor();
  await fetch(pingUrl);
  await page.getByText("Resolved incident").waitFor();
  expect(await page.getByRole("button", { name: /acknowledge/i }).count()).toBe(0);
});

test("a ping that fails, its incident and the message about it are one trace through three processes", async () => {
  const fields = { name: "traced job", schedule: HOURLY };
  const { id, pingUrl: url } = await create("checks", fields);
  await fetch(`${url}/fail`);
  const found = () => spansOf(traces).filter(({ checkId }) => checkId === id);
  await expect.poll(() => found().length, { timeout: 20_000 }).toBe(3);
  const one = new Set(found().map(({ traceId }) => traceId));
  expect(one.size).toBe(1);
  expect(new Set(found().map(({ service, name }) => `${service}: ${name}`))).toEqual(
    new Set(["overdue-api: ping", "overdue-api: state change", "overdue-sender: delivery"]),
  );
  const secrets = [url, providers.webhook.url, new URL(url).pathname.split("/").at(-1) ?? ""];
  expect(secrets.filter((secret) => traces.some((body) => body.includes(secret)))).toEqual([]);
});

test("an alert route that was created in its form can be read back and previewed", async () => {
  await page.goto(`${product.origin}${project}/routes/new`);
  await page.getByLabel("Name").fill("Later");
  await page.getByLabel("Step 1: after: amount").fill("15");
  await page.getByRole("combobox", { name: "Step 1: notify" }).click();
  await page.getByRole("option", { name: "Pager" }).click();
  await page.getByText(/after 15 minutes, if nobody has acknowledged it by then, notify Pager/).waitFor();
  await page.getByRole("button", { name: "Create route" }).click();
  await page.getByRole("heading", { name: "Later" }).waitFor();
  await page.getByRole("combobox", { name: "If this check" }).click();
  await page.getByRole("option", { name: "nightly backup" }).click();
  expect(await page.getByRole("cell", { name: "immediately" }).first().innerText()).toBe("immediately");
});

test("maintenance is started and stopped from its page", async () => {
  await page.goto(`${product.origin}${project}/maintenance`);
  await page.getByLabel("Name").fill("Deploy");
  await page.getByRole("button", { name: "Start now" }).click();
  await page.getByRole("button", { name: "Stop now: Deploy" }).click();
  await page.getByText("Over", { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: "Stop now: Deploy" }).count()).toBe(0);
});

test("the lines for a deploy script start and stop maintenance", async () => {
  const { key } = await create("keys", { name: "deploy", scope: "write" });
  await page.goto(`${product.origin}${project}/maintenance`);
  const lines = (await page.getByLabel("lines for a script", { exact: true }).innerText()).split("# after");
  const run = (script: string) =>
    promisify(execFile)("bash", ["-c", script], { env: { PATH: process.env["PATH"], OVERDUE_KEY: key } });
  await run(lines[0] ?? "");
  await page.reload();
  await page.getByRole("button", { name: "Stop now: deploy" }).waitFor();
  await run(lines[1] ?? "");
  await page.reload();
  await page.getByText("Over", { exact: true }).nth(1).waitFor();
  expect(await page.getByRole("button", { name: /Stop now/ }).count()).toBe(0);
});

test("the link in a mail asks for confirmation, and then acknowledges without a sign-in", async () => {
  const { id } = await create("channels", {
    kind: "email",
    name: "Mail",
    settings: { to: "ada@example.org" },
  });
  const job = await create("checks", { name: "invoice run", schedule: HOURLY, channelIds: [id] });
  await fetch(`${job.pingUrl}/fail`);
  const { mail } = await providers.smtp.waitFor((got) => got.mail.subject?.includes("invoice run") === true);
  const link = /https?:\/\/[^\s"]+\/incidents\/act\?[^\s"]+/.exec(mail.text ?? "")?.[0] ?? "";
  const stranger = await browser.newContext();
  const reader = await stranger.newPage();
  reader.setDefaultTimeout(10_000);
  await reader.goto(link);
  await reader.getByText("Opening this page has changed nothing yet.").waitFor();
  await page.goto(`${product.origin}${project}/checks/${job.id}`);
  await page.getByText("Nobody has acknowledged it yet.").waitFor();
  await reader.getByRole("button", { name: "Acknowledge" }).click();
  await page.getByText(/^Acknowledged by/).waitFor();
  expect(await page.getByRole("button", { name: "Acknowledge", exact: true }).count()).toBe(0);
  await stranger.close();
});

test("a person who saves after somebody else is shown what changed before anything is overwritten", async () => {
  const job = await create("checks", { name: "price list", schedule: HOURLY, graceSeconds: 300 });
  await page.goto(`${product.origin}${project}/checks/${job.id}/edit`);
  await page.getByLabel("Description").fill("Ask Bob.");
  await edit(`checks/${job.id}`, { graceSeconds: 600 });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Grace: it was 5 minutes; now it is 10 minutes").waitFor();
  await page.getByRole("button", { name: "Discard my changes" }).click();
  expect(await page.getByLabel("Description").inputValue()).toBe("");
  await page.getByLabel("Description").fill("Ask Bob again.");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Ask Bob again.").waitFor();
  await page.getByText("10 minutes").first().waitFor();
});

test("a viewer sees everything and is offered nothing that would be refused", async () => {
  const context = await browser.newContext();
  const viewer = await context.newPage();
  viewer.setDefaultTimeout(10_000);
  await page.goto(`${product.origin}${project}/settings`);
  await page.getByLabel("Invite by e-mail").fill("vera@example.org");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const invitation = /http\S+\/invitation\?token=\S+/;
  const { mail } = await providers.smtp.waitFor(({ mail: { text } }) => invitation.test(text ?? ""));
  await viewer.goto(invitation.exec(mail.text ?? "")?.[0] ?? "");
  await viewer.getByLabel("Your name").fill("Vera");
  await viewer.getByLabel("New password").fill("correct horse battery staple");
  await viewer.getByRole("button", { name: "Create account and accept" }).click();
  await viewer.waitForURL(/\/projects\/[^/]+\/checks/);
  for (const place of ["checks", "channels", "routes", "on-call", "maintenance"]) {
    await viewer.goto(`${product.origin}${project}/${place}`);
    await viewer.getByRole("heading", { level: 1 }).waitFor();
    const offered = /^(new|add|create|start|edit|delete|send test|stop)/i;
    expect([place, await viewer.getByRole("main").getByRole("button", { name: offered }).count()]).toEqual([
      place,
      0,
    ]);
  }
  await viewer.getByText(/You have view-only access/).waitFor();
  await viewer.goto(`${product.origin}${project}/checks/new`);
  await viewer.getByRole("heading", { name: "Only for editors" }).waitFor();
  await context.close();
});

async function signUp(visitor: Page, name: string): Promise<void> {
  await visitor.getByLabel("Your name").fill(name);
  await visitor.getByLabel("E-mail").fill(`${name.toLowerCase()}@example.org`);
  await visitor.locator("input[type=password]").first().fill("correct horse battery staple");
  await visitor.locator("button[type=submit]").click();
}

/** What the API returns for something new. Each kind has some of these fields. */
type Made = { id: string; pingUrl: string; key: string };

async function create(what: string, fields: object): Promise<Made> {
  const response = await page.request.post(`${product.origin}/v1${project}/${what}`, {
    data: fields,
    headers: { Origin: product.origin },
  });
  expect(response.status()).toBe(201);
  return await response.json();
}

type Attribute = { key: string; value: { stringValue?: string } };
type Exported = {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: { traceId: string; name: string; attributes: Attribute[] }[] }[];
  }[];
};

/** The parts of traces in these bodies of OTLP requests. */
function spansOf(bodies: readonly string[]) {
  const valueOf = (attributes: Attribute[], key: string) =>
    attributes.find((attribute) => attribute.key === key)?.value.stringValue;
  return bodies.flatMap((body) =>
    (JSON.parse(body) as Exported).resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map(({ traceId, name, attributes }) => ({
          service: valueOf(resource.attributes, "service.name"),
          traceId,
          name,
          checkId: valueOf(attributes, "overdue.check.id"),
        })),
      ),
    ),
  );
}

/** Edits by the API, as another person would elsewhere. */
async function edit(what: string, fields: object): Promise<void> {
  const response = await page.request.patch(`${product.origin}/v1${project}/${what}`, {
    data: fields,
    headers: { Origin: product.origin },
  });
  expect(response.status()).toBe(200);
}
