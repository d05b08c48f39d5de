import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { type BrowserContext, chromium, type Page } from "playwright";

import { type State, statesOf } from "./screens/states.ts";

/**
 * "npm run screens -- --url http://127.0.0.1:8000 --email ada@example.org --password …": writes a screenshot of every page of the
 * newest project of an account, and of its pages while they load, fail, are refused or offline, at three widths, light and dark. `--only checks`: only pages whose name contains that.
 */
const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:8000" },
    email: { type: "string", default: "ada@example.org" },
    password: { type: "string", default: "" },
    out: { type: "string", default: "data/screens" },
    only: { type: "string", default: "" },
    full: { type: "boolean", default: false },
  },
});
const SIZES = [
  { width: 360, height: 740 },
  { width: 768, height: 1024 },
  { width: 1280, height: 800 },
];
const SETTLE_MS = 700;
const SIGNED_OUT = [
  ["sign-in", "/sign-in"],
  ["sign-up", "/sign-up"],
  ["forgot-password", "/forgot-password"],
  ["explain", "/explain?line=30+2+*+*+*"],
  ["sign-in-link", "/sign-in-link"],
  ["not-found", "/no-such-page"],
] as const;

mkdirSync(values.out, { recursive: true });
const executablePath = process.env["CHROMIUM_PATH"];
const browser = await chromium.launch({ args: ["--no-sandbox"], ...(executablePath && { executablePath }) });
try {
  const storageState = await signIn();
  const wall = await openWall();
  for (const viewport of SIZES)
    for (const colorScheme of ["light", "dark"] as const) {
      const context = await browser.newContext({ viewport, colorScheme, storageState, baseURL: values.url });
      const suffix = `${viewport.width}-${colorScheme}`;
      await takeAll(context, [...(await pagesOf(context)), ["wall", wall.path]], suffix);
      await takeStates(context, suffix);
      await context.close();
      const signedOut = await browser.newContext({ viewport, colorScheme, baseURL: values.url });
      await takeAll(signedOut, SIGNED_OUT, suffix);
      await signedOut.close();
    }
  await wall.close();
} finally {
  await browser.close();
}

async function signIn() {
  const context = await browser.newContext({ baseURL: values.url });
  const { email, password } = values;
  const response = await context.request.post("/api/auth/sign-in/email", {
    data: { email, password },
    headers: { origin: values.url },
  });
  if (!response.ok()) throw new Error(`The sign-in was refused: ${await response.text()}`);
  return await context.storageState();
}

/** The path of a wall. Its key is revoked once the screenshots are taken. */
async function openWall() {
  const context = await browser.newContext({ baseURL: values.url, storageState: await signIn() });
  const project: string = (await (await context.request.get("/v1/me")).json()).projects.at(-1).id;
  const keys = `/v1/projects/${project}/keys`;
  const headers = { origin: values.url };
  const data = { name: "screens", scope: "overview" };
  const { id, key } = await (await context.request.post(keys, { data, headers })).json();
  return {
    path: `/wall#${new URLSearchParams({ project, key })}`,
    close: async () => {
      await context.request.delete(`${keys}/${id}`, { headers });
      await context.close();
    },
  };
}

async function takeAll(
  context: BrowserContext,
  pages: readonly (readonly [name: string, path: string])[],
  suffix: string,
): Promise<void> {
  const page = await context.newPage();
  for (const [name, path] of pages) {
    if (!name.includes(values.only)) continue;
    await page.goto(path);
    await untilItSettles(page);
    await shoot(page, `${name}-${suffix}`);
  }
}

async function shoot(page: Page, name: string): Promise<void> {
  const file = join(values.out, `${name}.png`);
  await page.screenshot({ path: file, fullPage: values.full });
  process.stdout.write(`${file}\n`);
}

/** Each state in a tab of its own, so that none is left of it for the next. */
async function takeStates(context: BrowserContext, suffix: string): Promise<void> {
  const { at, down, incident } = await objectsOf(context);
  for (const state of statesOf({ at, checkId: down?.id ?? "", incidentId: incident?.id ?? "" }))
    if (state.name.includes(values.only)) await takeState(context, state, suffix);
}

async function takeState(context: BrowserContext, { name, path, prepare, act }: State, suffix: string) {
  const page = await context.newPage();
  await prepare?.(page);
  await page.goto(path);
  await page.waitForTimeout(SETTLE_MS);
  await act?.(page);
  await shoot(page, `${name}-${suffix}`);
  await context.setOffline(false);
  await page.close();
}

async function untilItSettles(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  await page.waitForTimeout(SETTLE_MS);
  // What is still loading after that would be in the way of everything else.
  await page
    .locator(".mantine-Skeleton-root[data-visible]")
    .first()
    .waitFor({ state: "detached" })
    .catch(() => undefined);
}

type Named = { id: string; name: string; slug?: string; status?: string; incident?: { reason: string } };

/** Status pages as the public sees them, and the pages for editing the first. */
function statusPages(at: string, [first, second]: readonly Named[]): [name: string, path: string][] {
  if (first === undefined) return [];
  const { id, slug } = first;
  return [
    ["status-public", `/status/${slug}`],
    ...(second === undefined ? [] : [["status-password", `/status/${second.slug}`] as [string, string]]),
    ["status-pages", `${at}/status-pages`],
    ["status-page", `${at}/status-pages/${id}`],
    ["status-page-edit", `${at}/status-pages/${id}/edit`],
    ["status-page-new", `${at}/status-pages/new`],
  ];
}

/** What the pages of the newest project are about. */
async function objectsOf({ request }: BrowserContext) {
  const read = async (path: string): Promise<Named[]> => (await (await request.get(path)).json()).items;
  const { projects } = await (await request.get("/v1/me")).json();
  const at = `/projects/${projects.at(-1)?.id}`;
  const emptyAt = `/projects/${projects[0]?.id}`;
  const checks = await read(`/v1${at}/check-overviews`);
  const down = checks.find(({ incident }) => incident?.reason === "failed") ?? checks[0];
  const fine = checks.find(({ status }) => status === "up") ?? checks[0];
  const [incident] = await read(`/v1${at}/incidents`);
  const [organization] = await read("/v1/organizations");
  const [channel] = await read(`/v1${at}/channels`);
  const statusPages = await read(`/v1${at}/status-pages`);
  return { at, emptyAt, down, fine, incident, organization, channel, statusPages };
}

/** Every page of the newest project, by name, and some of the oldest, which is empty after a first start. */
async function pagesOf(context: BrowserContext): Promise<[name: string, path: string][]> {
  const objects = await objectsOf(context);
  const { at, emptyAt, down, fine, incident, organization, channel } = objects;
  return [
    ...[
      "checks",
      "day",
      "incidents",
      "channels",
      "routes",
      "on-call",
      "deliveries",
      "status-pages",
      "uptime",
    ].map((page): [string, string] => [`empty-${page}`, `${emptyAt}/${page}`]),
    ["checks", `${at}/checks`],
    ["checks-filtered", `${at}/checks?q=backup&status=down`],
    ["day", `${at}/day`],
    ["day-hour", `${at}/day?zoom=hour`],
    ["day-week", `${at}/day?zoom=week`],
    ["day-month", `${at}/day?zoom=month`],
    ["day-table", `${at}/day?as=table`],
    ["check-down", `${at}/checks/${down?.id}`],
    ["check-fine", `${at}/checks/${fine?.id}`],
    ["check-runs", `${at}/checks/${down?.id}?tab=runs`],
    ["check-history", `${at}/checks/${down?.id}?tab=history`],
    ["check-how-to", `${at}/checks/${down?.id}?tab=how-to`],
    ["check-edit", `${at}/checks/${fine?.id}/edit`],
    ["check-new", `${at}/checks/new`],
    ["incidents", `${at}/incidents`],
    ...(incident ? ([["incident", `${at}/incidents/${incident.id}`]] as [string, string][]) : []),
    ["channels", `${at}/channels`],
    ["channel-new-push", `${at}/channels/new/web-push`],
    ["channel-new", `${at}/channels/new/webhook`],
    ["channel-new-email", `${at}/channels/new/email`],
    ["channel-edit", `${at}/channels/${channel?.id}`],
    ["routes", `${at}/routes`],
    ["route-new", `${at}/routes/new`],
    ["on-call", `${at}/on-call`],
    ["deliveries", `${at}/deliveries`],
    ["dead-letters", `${at}/dead-letters`],
    ...statusPages(at, objects.statusPages),
    ["maintenance", `${at}/maintenance`],
    ["maintenance-new", `${at}/maintenance/new`],
    ["clock-changes", `${at}/clock-changes`],
    ["refused-pings", `${at}/refused-pings`],
    ["connect", `${at}/connect`],
    ["shadow", `${at}/shadow`],
    ["start", `${at}/start`],
    ["settings", `${at}/settings`],
    ["audit", `${at}/audit`],
    ["report", `${at}/report`],
    ["uptime", `${at}/uptime`],
    ["organization", `/organizations/${organization?.id}`],
    ["project-new", "/projects/new"],
    ["account", "/account"],
    ["account-delete", "/account/delete"],
    ["operator", "/operator"],
  ];
}
