import { join } from "node:path";
import { parseArgs } from "node:util";

import { withInstance } from "../apps/supervisor/src/admin/instance.ts";
import { startBrowser } from "../e2e/support/browser.ts";
import { emptyDataDirectory, startProduct } from "../e2e/support/product.ts";
import { fillProject } from "./check-list/fill.ts";
import { pageSizes } from "./check-list/page-sizes.ts";
import { type Visit, visitList } from "./check-list/visit.ts";

/**
 * "npm run bench:check-list": what the list of 1,000 and of 5,000 checks costs a browser, on an instance of its own; and how
 * much JavaScript each page loads. Fails above the limits. `--checks 1000` measures one size, `--sizes` only the JavaScript.
 */
const { values } = parseArgs({
  options: { checks: { type: "string", multiple: true }, sizes: { type: "boolean", default: false } },
});
const ROUNDS = 3;
const ACCOUNT = { email: "bench@example.org", password: "a password for the bench" };
const DIST = join(import.meta.dirname, "..", "apps", "web", "dist");
const SCRIPT_BYTES_MAX = 180_000;
/** For 1,000 checks. The list of 5,000 may take 1.5 times as long, and five times the bytes. */
const LIMITS: Visit = {
  interactive: 1_000,
  requests: 1,
  answer: 60_000,
  nodes: 3_000,
  keystroke: 50,
  live: 50,
};

if (!values.sizes) await tryLists(values.checks?.map(Number) ?? [1_000, 5_000]);
for (const [page, bytes] of pageSizes(DIST)) report(`JavaScript of ${page}`, bytes, SCRIPT_BYTES_MAX);

async function tryLists(counts: readonly number[]): Promise<void> {
  const data = await emptyDataDirectory();
  const product = await startProduct(data.path, {
    BOOTSTRAP_EMAIL: ACCOUNT.email,
    BOOTSTRAP_PASSWORD: ACCOUNT.password,
  });
  const browser = await startBrowser();
  try {
    for (const count of counts) await tryList({ product, browser, dataDirectory: data.path, count });
  } finally {
    await browser.close();
    await product.stop();
    await data.remove();
  }
}

type Trial = {
  product: Awaited<ReturnType<typeof startProduct>>;
  browser: Awaited<ReturnType<typeof startBrowser>>;
  dataDirectory: string;
  count: number;
};

async function tryList({ product: { origin }, browser, dataDirectory, count }: Trial): Promise<void> {
  const projectId = await withInstance({ ...process.env, DATA_DIR: dataDirectory }, (instance) =>
    fillProject(instance, { email: ACCOUNT.email, count }),
  );
  const context = await browser.newContext({ baseURL: origin });
  const signIn = await context.request.post("/api/auth/sign-in/email", {
    data: ACCOUNT,
    headers: { origin },
  });
  if (!signIn.ok()) throw new Error(`The sign-in was refused: ${await signIn.text()}`);
  const storageState = await context.storageState();
  const checks = await context.request.get(`/v1/projects/${projectId}/checks?limit=1`);
  const { pingUrl } = (await checks.json()).items[0];
  const ping = () => fetch(new URL(new URL(pingUrl).pathname, origin));
  const visits: Visit[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    visits.push(await visitList(browser, { origin, projectId, storageState, ping }));
  await context.close();
  reportVisits(count, visits);
}

function reportVisits(count: number, visits: readonly Visit[]): void {
  const limits = count <= 1_000 ? LIMITS : { ...LIMITS, interactive: 1_500, answer: 60 * count };
  for (const name of ["interactive", "requests", "answer", "nodes", "keystroke", "live"] as const) {
    const figures = visits.map((visit) => visit[name]).toSorted((a, b) => a - b);
    report(
      `${count} checks, ${name} (${figures.join(", ")})`,
      figures[Math.floor(ROUNDS / 2)] ?? 0,
      limits[name],
    );
  }
}

function report(what: string, figure: number, maximum: number): void {
  const isOver = figure > maximum;
  if (isOver) process.exitCode = 1;
  process.stdout.write(`${isOver ? "OVER" : "ok  "} ${what}: ${figure} of ${maximum}\n`);
}
