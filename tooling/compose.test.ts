import { existsSync, globSync, readFileSync } from "node:fs";
import { readConfig, VARIABLES } from "@overdue/config";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

// No Docker engine is at hand where the tests run, so the files are held against the code instead.
const Service = z.object({
  image: z.string().optional(),
  build: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const Compose = z.object({
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
});

const { services, volumes } = Compose.parse(
  parse(readFileSync("docker-compose.yml", "utf8"), { merge: true }),
);
const dockerfile = readFileSync("Dockerfile", "utf8");
const ours = Object.entries(services).filter(([, service]) => service.build !== undefined);
const PINNED = /^[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w.-]+)?$/;

test("it has every part of the product, and a catcher of mail", () => {
  expect(Object.keys(services)).toEqual(["postgres", "redis", "setup", "api", "checker", "sender", "mail"]);
  expect(ours.map(([name]) => name)).toEqual(["setup", "api", "checker", "sender"]);
});

test("every image is pinned to a version", () => {
  const images = Object.values(services).flatMap(({ image }) => image ?? []);
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  expect(images.length + bases.length).toBeGreaterThan(4);
  expect([...images, ...bases].filter((image) => !PINNED.test(image ?? ""))).toEqual([]);
});

test("PostgreSQL is of the major version that the product needs", () => {
  expect(services["postgres"]?.image).toMatch(/^postgres:18\./);
});

test("the product's database role is made without the rights of a superuser", () => {
  const { environment, volumes: mounts } = services["postgres"] ?? { environment: {}, volumes: [] };
  expect(environment).not.toHaveProperty("POSTGRES_USER");
  const script = mounts.find((mount) => mount.includes(":/docker-entrypoint-initdb.d/"))?.split(":")[0] ?? "";
  const text = readFileSync(script, "utf8");
  expect(text).toMatch(/^create role overdue login nosuperuser nocreatedb nocreaterole /m);
  expect(text).toMatch(/^create database overdue owner overdue;/m);
  for (const { environment: asked } of ours.map(([, service]) => service)) {
    expect(new URL(interpolate(asked)["DATABASE_URL"] ?? "").username).toBe("overdue");
  }
});

describe.each(ours)("the service %s", (_, { command = [], environment }) => {
  test("runs a program that exists", () => {
    expect(command[0]).toBe("node");
    expect(existsSync(command[1] ?? "")).toBe(true);
  });

  test("sets only variables that the configuration knows, to values that it accepts", () => {
    expect(Object.keys(environment).filter((name) => !(name in VARIABLES))).toEqual([]);
    expect(() => readConfig(interpolate(environment))).not.toThrow();
  });

  test("hands over no variable that is not its own or the database's", () => {
    const asked = Object.values(environment).flatMap((value) =>
      [...value.matchAll(/\$\{(\w+)/g)].map(([, name]) => name),
    );
    expect(asked.filter((name) => name !== "POSTGRES_PASSWORD" && !(`${name}` in VARIABLES))).toEqual([]);
  });

  test("reaches only services that are there", () => {
    const { databaseUrl, redisUrl, smtpUrl } = readConfig(interpolate(environment));
    const hosts = [databaseUrl, redisUrl, smtpUrl].map((url) => new URL(url ?? "").hostname);
    expect(hosts).toEqual(["postgres", "redis", "mail"]);
  });
});

test("what a service waits for exists and can come true", () => {
  const waits = Object.values(services).flatMap((service) => Object.entries(service.depends_on));
  expect(waits.length).toBeGreaterThan(3);
  expect(waits.filter(([name, { condition }]) => !canComeTrue(name, condition))).toEqual([]);
});

test("the health check of the api asks a route that the api has, on the port that it listens on", async () => {
  const { host, pathname, port } = new URL(
    /http[^"]+/.exec(services["api"]?.healthcheck?.test.join(" ") ?? "")?.[0] ?? "",
  );
  expect(host).toBe(`127.0.0.1:${readConfig({}).port}`);
  expect(services["api"]?.ports).toEqual([`127.0.0.1:${port}:${port}`]);
  expect(apiSources().includes(`"${pathname}"`)).toBe(true);
});

test("every named volume is declared, and every declared one used", () => {
  const used = Object.values(services).flatMap((service) =>
    service.volumes.flatMap((volume) => (volume.startsWith("./") ? [] : [volume.split(":")[0]])),
  );
  expect(new Set(used)).toEqual(new Set(Object.keys(volumes)));
});

describe("the Dockerfile", () => {
  test("copies and runs only what is there", () => {
    const programs = [...dockerfile.matchAll(/node ((?:apps|packages|scripts)\S+)/g)].map(([, path]) => path);
    const [, main] = /CMD \["node", "([^"]+)"\]/.exec(dockerfile) ?? [];
    expect(programs.length).toBeGreaterThan(0);
    expect([...programs, main].filter((path) => !existsSync(path ?? ""))).toEqual([]);
    expect(dockerfile).toContain("COPY --from=web /overdue/apps/web/dist apps/web/dist");
  });

  test("sets variables that the configuration accepts, and exposes the port that it listens on", () => {
    const [, line = ""] = /^ENV (.*)$/m.exec(dockerfile) ?? [];
    const environment = Object.fromEntries(line.split(" ").map((pair) => pair.split("=")));
    const config = readConfig(environment);
    expect(config.host).toBe("0.0.0.0");
    expect(dockerfile).toContain(`VOLUME ${config.dataDir}`);
    expect(dockerfile).toContain(`EXPOSE ${config.port}`);
  });

  test("does not run as root", () => {
    expect(dockerfile).toMatch(/^USER node$/m);
  });
});

/** What compose makes of `${NAME:-default}` and `${NAME:?why}` when a person set only what must be set. */
function interpolate(environment: Record<string, string>): Record<string, string> {
  const fill = (_: string, operator: string, rest: string) => (operator === ":?" ? "x".repeat(40) : rest);
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{\w+(:[?-])([^}]*)\}/g, fill),
    ]),
  );
}

function canComeTrue(name: string, condition: string): boolean {
  const service = services[name];
  if (condition === "service_healthy") return service?.healthcheck !== undefined;
  return condition === "service_completed_successfully" && service !== undefined;
}

function apiSources(): string {
  const files = globSync("apps/api/src/**/*.ts").filter((file) => !file.endsWith(".test.ts"));
  return files.map((file) => readFileSync(file, "utf8")).join("\n");
}
