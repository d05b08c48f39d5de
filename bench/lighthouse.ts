import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright";
import { z } from "zod";

import { emptyDataDirectory, startProduct } from "../e2e/support/product.ts";

/**
 * "npm run bench:lighthouse": what Lighthouse says of the pages that people open most, on a project with 60 checks and 90 days
 * of history. Fails below 95 of 100 for accessibility, and for the speed on a desktop; the speed on a slow phone is printed.
 */
const LIGHTHOUSE = "lighthouse@12.8.2";
const SCORE_MIN = 95;
const ACCOUNT = { email: "bench@example.org", password: "a password for the bench" };
const CHROMIUM = process.env["CHROMIUM_PATH"] ?? chromium.executablePath();

const Result = z.object({
  categories: z.object({
    performance: z.object({ score: z.number() }),
    accessibility: z.object({ score: z.number() }),
  }),
});

const tool = mkdtempSync(join(tmpdir(), "overdue-lighthouse-"));
const data = await emptyDataDirectory();
const product = await startProduct(data.path, {
  BOOTSTRAP_EMAIL: ACCOUNT.email,
  BOOTSTRAP_PASSWORD: ACCOUNT.password,
});
try {
  writeFileSync(join(tool, "package.json"), "{}");
  execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", LIGHTHOUSE], { cwd: tool });
  execFileSync(process.execPath, ["scripts/seed/main.ts", "--email", ACCOUNT.email], {
    env: { ...process.env, DATA_DIR: data.path },
  });
  const cookie = await signIn();
  for (const [name, path] of await pages(cookie))
    for (const device of ["desktop", "phone"] as const)
      report(name, device, measure(path, { device, cookie }));
} finally {
  await product.stop();
  await data.remove();
  rmSync(tool, { recursive: true });
}

async function signIn(): Promise<string> {
  const response = await fetch(`${product.origin}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { origin: product.origin, "content-type": "application/json" },
    body: JSON.stringify(ACCOUNT),
  });
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  if (!response.ok) throw new Error(`The sign-in was refused: ${await response.text()}`);
  return cookies.join("; ");
}

/** The pages by name, with a check that is down and its incident. */
async function pages(cookie: string): Promise<[name: string, path: string][]> {
  const get = async (
    path: string,
  ): Promise<Record<string, { id: string; slug: string; incident?: object }[]>> =>
    (await fetch(product.origin + path, { headers: { cookie } })).json() as never;
  const { projects = [] } = await get("/v1/me");
  const project = `/projects/${projects.at(-1)?.id}`;
  const first = async (what: string) => (await get(`/v1${project}/${what}`))["items"] ?? [];
  const down = (await first("check-overviews")).find(({ incident }) => incident !== undefined);
  const [incident] = await first("incidents?state=open");
  const [statusPage] = await first("status-pages");
  return [
    ["sign-in", "/sign-in"],
    ["checks", `${project}/checks`],
    ["check", `${project}/checks/${down?.id}`],
    ["incident", `${project}/incidents/${incident?.id}`],
    ["status page", `/status/${statusPage?.slug}`],
  ];
}

type Scores = { performance: number; accessibility: number };

function measure(path: string, { device, cookie }: { device: "desktop" | "phone"; cookie: string }): Scores {
  const printed = execFileSync(
    join(tool, "node_modules/.bin/lighthouse"),
    [
      product.origin + path,
      "--quiet",
      "--output=json",
      "--only-categories=performance,accessibility",
      "--chrome-flags=--headless=new --no-sandbox",
      ...(device === "desktop" ? ["--preset=desktop"] : []),
      ...(path === "/sign-in" ? [] : [`--extra-headers=${JSON.stringify({ Cookie: cookie })}`]),
    ],
    { env: { ...process.env, CHROME_PATH: CHROMIUM }, maxBuffer: 64 * 1024 ** 2 },
  );
  const { performance, accessibility } = Result.parse(JSON.parse(printed.toString())).categories;
  return {
    performance: Math.round(performance.score * 100),
    accessibility: Math.round(accessibility.score * 100),
  };
}

function report(name: string, device: "desktop" | "phone", { performance, accessibility }: Scores): void {
  const isOver = accessibility < SCORE_MIN || (device === "desktop" && performance < SCORE_MIN);
  if (isOver) process.exitCode = 1;
  console.log(
    `${isOver ? "UNDER" : "ok   "} ${name}, ${device}: performance ${performance}, accessibility ${accessibility}`,
  );
}
