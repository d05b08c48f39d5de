import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

/** The rooms of the house and whom each may import; anything that is not ours is listed too. */
const MAY_IMPORT: Record<string, string[]> = {
  "packages/schedules": ["zod", "date-holidays", "#holidays"],
  "packages/core": ["@overdue/schedules", "zod", "entities"],
  "packages/config": ["@overdue/core", "zod", "node:*"],
  "packages/channels": ["@overdue/schedules", "@overdue/core", "zod", "react", "@react-email/*"],
  "packages/postgres": ["node:*"],
  "packages/db": [
    "@overdue/schedules",
    "@overdue/core",
    "@zxcvbn-ts/language-common",
    "drizzle-orm",
    "pg",
    "zod",
    "node:*",
  ],
  "apps/api": [
    "@overdue/schedules",
    "@overdue/core",
    "@overdue/channels",
    "@overdue/config",
    "@overdue/db",
    "hono",
    "@hono/*",
    "better-auth",
    "drizzle-orm",
    "zod",
    "pino",
    "prom-client",
    "rate-limiter-flexible",
    "pg",
    "piscina",
    "postal-mime",
    "smtp-server",
    "yaml",
    "node:*",
  ],
  "apps/checker": [
    "@overdue/core",
    "@overdue/channels",
    "@overdue/config",
    "@overdue/db",
    "bullmq",
    "ioredis",
    "pg",
    "undici",
    "ipaddr.js",
    "nodemailer",
    "grammy",
    "zod",
    "pino",
    "prom-client",
    "node:*",
  ],
  "apps/supervisor": [
    "@overdue/schedules",
    "@overdue/core",
    "@overdue/channels",
    "@overdue/config",
    "@overdue/db",
    "@overdue/postgres",
    "pg",
    "yaml",
    "zod",
    "pino",
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
    "zod",
  ],
};
const IMPORT =
  /^\s*(?:import|export)\s+(type\s)?[^"']*?from\s+["']([^"']+)["']|^\s*import\s+["']([^"']+)["']/gm;

test("every import points in an allowed direction", () => {
  const files = globSync("{apps,packages}/*/src/**/*.{ts,tsx}").filter(
    (file) => !file.includes(".test.") && !file.startsWith("packages/testkit/"),
  );
  expect(files.length).toBeGreaterThan(20); // a check that reads nothing must fail
  expect(files.flatMap(forbiddenImports)).toEqual([]);
});

test("the table knows every room", () => {
  const rooms = globSync("{apps,packages}/*/package.json")
    .map((file) => dirname(file))
    .filter((room) => room !== "packages/testkit");
  expect(rooms.toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
});

function forbiddenImports(file: string): string[] {
  const home = file.split("/").slice(0, 2).join("/");
  return [...readFileSync(file, "utf8").matchAll(IMPORT)]
    .map(([, type, from, bare]) => (type ? "type " : "") + (from ?? bare))
    .filter((imported) => !isAllowed(home, file, imported))
    .map((imported) => `${file} → ${imported}`);
}

function isAllowed(home: string, file: string, imported: string): boolean {
  const name = imported.replace(/^type /, "");
  if (name.startsWith(".")) return !relative(home, join(dirname(file), name)).startsWith("..");
  return (MAY_IMPORT[home] ?? []).some((rule) => allows(rule, imported, name));
}

function allows(rule: string, imported: string, name: string): boolean {
  if (rule.startsWith("type ") && !imported.startsWith("type ")) return false;
  const target = rule.replace(/^type /, "");
  return target.endsWith("*")
    ? name.startsWith(target.slice(0, -1))
    : name === target || name.startsWith(`${target}/`);
}
