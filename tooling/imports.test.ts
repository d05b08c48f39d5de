import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

/** What the product's code of each workspace may import, from us and from outside. `type x`: only its types. */
const MAY_IMPORT: Record<string, string[]> = {
  "packages/schedules": ["zod", "date-holidays", "#holidays"],
  "packages/core": ["@overdue/schedules", "zod", "entities"],
  "packages/simulator": ["@overdue/core", "@overdue/schedules", "node:*"],
  "packages/cli": ["@overdue/core", "@overdue/schedules", "yaml", "zod", "node:*"],
  "packages/config": ["ipaddr.js", "yaml", "zod", "node:*"],
  "packages/channels": ["@overdue/schedules", "@overdue/core", "zod", "react", "@react-email/*"],
  "packages/postgres": ["node:*"],
  "packages/redis": ["@overdue/config", "ioredis"],
  "packages/tracing": ["@opentelemetry/*", "node:*"],
  "packages/db": [
    "@overdue/schedules",
    "@overdue/core",
    "@overdue/tracing",
    "@zxcvbn-ts/language-common",
    "drizzle-orm",
    "postgres",
    "node:*",
  ],
  "packages/backup": ["@overdue/db", "age-encryption", "zod", "node:*"],
  "apps/api": [
    "@overdue/schedules",
    "@overdue/core",
    "@overdue/channels",
    "@overdue/config",
    "@overdue/db",
    "@overdue/redis",
    "@overdue/tracing",
    "hono",
    "@hono/*",
    "@modelcontextprotocol/server",
    "@simplewebauthn/server",
    "better-auth",
    "openid-client",
    "otpauth",
    "undici",
    "zod",
    "pino",
    "prom-client",
    "rate-limiter-flexible",
    "piscina",
    "postal-mime",
    "smtp-server",
    "yaml",
    "node:*",
  ],
  "apps/checker": [
    "@overdue/backup",
    "@overdue/core",
    "@overdue/channels",
    "@overdue/config",
    "@overdue/db",
    "@overdue/tracing",
    "@overdue/redis",
    "bullmq",
    "undici",
    "web-push",
    "nodemailer",
    "pg",
    "zod",
    "pino",
    "node:*",
  ],
  "apps/supervisor": [
    "@overdue/schedules",
    "@overdue/backup",
    "@overdue/core",
    "@overdue/channels",
    "@overdue/config",
    "@overdue/db",
    "@overdue/postgres",
    "yaml",
    "zod",
    "node:*",
  ],
  "apps/web": [
    "@overdue/schedules",
    "@overdue/core",
    "@overdue/channels",
    "type @overdue/api",
    "hono",
    "react",
    "react-dom",
    "@tanstack/*",
    "@mantine/*",
    "@tabler/*",
    "@simplewebauthn/browser",
    "anser",
    "markdown-to-jsx",
    "uplot",
    "uqr",
  ],
};

/**
 * In an app, the folder of one feature imports no other feature's. `shared`: folders that serve all features.
 * `composing`: folders that put features together, which no feature imports. `also`: the exceptions, as what a feature
 * needs besides.
 */
type Features = { shared: string[]; composing: string[]; also: Record<string, string[]> };

const FEATURES: Record<string, Features> = {
  "apps/api": {
    shared: ["http", "limits", "workers", "history"],
    composing: ["mcp"],
    also: {
      checks: ["incidents"],
      config: ["channels", "checks"],
      history: ["pings"],
      invitations: ["auth"],
      maintenance: ["incidents"],
      members: ["invitations", "keys"],
      organizations: ["invitations", "keys", "members"],
      projects: ["organizations"],
      "status-pages": ["incidents"],
      workers: ["pings", "bounces", "schedules"],
    },
  },
  "apps/checker": {
    shared: ["egress", "queue", "transports"],
    composing: [],
    also: {
      sender: ["self-test", "shadow"],
    },
  },
  "apps/supervisor": {
    shared: ["data", "database"],
    composing: [],
    also: {},
  },
  "apps/web": {
    shared: ["api", "ui", "time", "text", "conflicts", "strip"],
    composing: ["app", "pages"],
    also: {
      // An acknowledgement is kept for the person who pressed it, and sent wherever they are in the app.
      incidents: ["accounts"],
      live: ["incidents"],
      // The row of a check says that its acknowledgement waits.
      checks: ["incidents"],
      strip: ["history"],
    },
  },
};

const IMPORT =
  /^\s*(?:import|export)\s+(type\s)?[^"';]*?from\s+["']([^"']+)["']|^\s*import\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;

/** One import: `name` is what stands in quotes. */
type Import = { file: string; name: string; isType: boolean };

/** What the root declares for the tests of all workspaces. */
const TOOLS = declaredBy(".").filter((name) => !name.startsWith("@overdue/"));
const workspaces = ["e2e", ...globSync("{apps,packages}/*/package.json").map((file) => dirname(file))];
const imports = [".", ...workspaces].flatMap((home) => filesOf(home).flatMap(importsOf));
const productImports = imports.filter(({ file }) => isProduct(file));

test("the table knows every workspace", () => {
  const known = workspaces.filter((path) => path !== "e2e" && path !== "packages/testkit");
  expect(known.toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
});

test("every import points in an allowed direction", () => {
  expect(productImports.length).toBeGreaterThan(1_000); // a check that reads nothing must fail
  expect(productImports.filter((one) => !isAllowed(one)).map(inWords)).toEqual([]);
});

test("every row of the table is used", () => {
  const rows = Object.entries(MAY_IMPORT).flatMap(([home, rules]) => rules.map((rule) => ({ home, rule })));
  const unused = rows.filter(
    ({ home, rule }) => !productImports.some((one) => homeOf(one.file) === home && allows(rule, one)),
  );
  expect(unused).toEqual([]);
});

test("no chain of imports through the product is longer than 47 files, so no layer reaches around another", () => {
  const figures = execFileSync(process.execPath, ["tooling/figures.ts"], { encoding: "utf8" });
  const length = Number(/^longest import chain\t(\d+)$/m.exec(figures)?.[1]);
  expect(length).toBeGreaterThan(20); // a chain that is not found must fail
  expect(length).toBeLessThanOrEqual(47);
});

test("every workspace declares what it imports", () => {
  const undeclared = imports.filter((one) => isPackage(one.name) && !isDeclared(one));
  expect([...new Set(undeclared.map(inWords))]).toEqual([]);
});

test("every workspace imports the workspaces that it declares", () => {
  const unused = [".", ...workspaces].flatMap((home) =>
    declaredBy(home)
      .filter((name) => name.startsWith("@overdue/"))
      .filter((name) => !imports.some((one) => homeOf(one.file) === home && packageOf(one.name) === name))
      .map((name) => `${home} → ${name}`),
  );
  expect(unused).toEqual([]);
});

describe.each(Object.entries(FEATURES))("in %s", (app, { shared, composing, also }) => {
  const all = productImports.filter(({ file }) => file.startsWith(`${app}/`)).flatMap(betweenFeatures);
  const between = all.filter(({ from }) => !composing.includes(from));

  test("no feature imports another one", () => {
    expect(between.length).toBeGreaterThan(3);
    const allowed = (one: FeatureImport) =>
      shared.includes(one.to) || also[one.from]?.includes(one.to) === true;
    expect(between.filter((one) => !allowed(one)).map(({ said }) => said)).toEqual([]);
  });

  test("every row of the app's table is used", () => {
    const exceptions = Object.entries(also).flatMap(([from, folders]) => folders.map((to) => ({ from, to })));
    const unused = [
      ...shared.filter((folder) => !between.some(({ to }) => to === folder)),
      ...composing.filter((folder) => !all.some(({ from }) => from === folder)),
      ...exceptions.filter(
        (one) =>
          shared.includes(one.to) || !between.some(({ from, to }) => from === one.from && to === one.to),
      ),
    ];
    expect(unused).toEqual([]);
  });
});

function filesOf(home: string): string[] {
  if (home === ".") return globSync("{bench,scripts,tooling}/**/*.{ts,tsx,mjs}");
  return globSync(`${home}/**/*.{ts,tsx}`, { exclude: ["**/node_modules/**", "**/dist/**"] });
}

function importsOf(file: string): Import[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].map(([, type, from, bare, dynamic]) => ({
    file,
    name: from ?? bare ?? dynamic ?? "",
    isType: type !== undefined,
  }));
}

function isProduct(file: string): boolean {
  return (
    /^(apps|packages)\/[^/]+\/src\//.test(file) &&
    !file.includes(".test.") &&
    homeOf(file) !== "packages/testkit"
  );
}

function homeOf(file: string): string {
  const [first = "", second] = file.split("/");
  if (["apps", "packages"].includes(first)) return `${first}/${second}`;
  return first === "e2e" ? "e2e" : ".";
}

function isAllowed(one: Import): boolean {
  const home = homeOf(one.file);
  if (one.name.startsWith(".")) return !relative(home, join(dirname(one.file), one.name)).startsWith("..");
  return (MAY_IMPORT[home] ?? []).some((rule) => allows(rule, one));
}

function allows(rule: string, { name, isType }: Import): boolean {
  if (rule.startsWith("type ") && !isType) return false;
  const target = rule.replace(/^type /, "");
  return target.endsWith("*")
    ? name.startsWith(target.slice(0, -1))
    : name === target || name.startsWith(`${target}/`);
}

function isPackage(name: string): boolean {
  return /^(@[a-z][\w.-]*\/)?[a-z][\w.-]*(\/|$)/.test(name) && !name.startsWith("node:");
}

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Tests and configuration may also use the tools that the root declares for all, such as Vitest. */
function isDeclared({ file, name }: Import): boolean {
  const home = homeOf(file);
  const wanted = packageOf(name);
  return declaredBy(home).includes(wanted) || (!isProduct(file) && TOOLS.includes(wanted));
}

function declaredBy(home: string): string[] {
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const fields = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  return fields.flatMap((field) => Object.keys(manifest[field] ?? {}));
}

type FeatureImport = { from: string; to: string; said: string };

/** An import that leaves its feature's folder for another folder of the same app. */
function betweenFeatures(one: Import): FeatureImport[] {
  if (!one.name.startsWith(".")) return [];
  const from = featureOf(one.file);
  const to = featureOf(join(dirname(one.file), one.name));
  return from === null || to === null || from === to ? [] : [{ from, to, said: inWords(one) }];
}

/** Null for a file that lies beside the features: it puts them together. */
function featureOf(file: string): string | null {
  const [, , , feature, inside] = file.split("/");
  return inside === undefined ? null : (feature ?? null);
}

function inWords({ file, name, isType }: Import): string {
  return `${file} → ${isType ? "type " : ""}${name}`;
}
