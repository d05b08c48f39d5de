import { expect, test } from "vitest";

import { readConfig } from "./config.ts";
import { proxyWarning } from "./warnings.ts";
import { VARIABLES } from "./variables.ts";

const ORDINARY = {
  PATH: "/usr/bin",
  HOME: "/root",
  MAIL: "/var/mail/root",
  HOSTNAME: "box",
  npm_config_user_agent: "npm",
  NODE_ENV: "production",
  CI: "true",
  REDIS_SERVER_PATH: "/usr/bin/redis-server",
};

test("DATABASE_DIRECT_URL needs DATABASE_URL, which is then marked as a pooler's", () => {
  expect(() => readConfig({ DATABASE_DIRECT_URL: "postgres://db/overdue" })).toThrow(
    "DATABASE_DIRECT_URL goes with a pooler in DATABASE_URL, which is not set.",
  );
  const both = {
    DATABASE_URL: "postgres://pooler:6432/overdue",
    DATABASE_DIRECT_URL: "postgres://db/overdue",
  };
  expect(readConfig(both)).toMatchObject({
    databaseUrl: "postgres://pooler:6432/overdue?pooled=true",
    databaseDirectUrl: "postgres://db/overdue",
  });
});

test("an environment without any of our variables gives a configuration that works", () => {
  expect(readConfig(ORDINARY)).toMatchObject({
    host: "127.0.0.1",
    port: 8000,
    publicUrl: "http://127.0.0.1:8000",
    databaseUrl: null,
    redisUrl: null,
    secretKeys: [],
    trustedProxies: ["127.0.0.0/8", "::1"],
    registration: "invite",
    bootstrap: null,
    pingBodyBytesMax: 100_000,
    pingSpoolMegabytes: 0,
  });
});

test("pings by e-mail are off until their domain is known", () => {
  expect(readConfig({ PING_EMAIL_PORT: "25" }).pingEmail).toBeNull();
  expect(readConfig({ PING_EMAIL_DOMAIN: "Ping.Example.org", HOST: "0.0.0.0" }).pingEmail).toEqual({
    domain: "ping.example.org",
    host: "0.0.0.0",
    port: 2525,
  });
});

test("every default is a value that its own variable accepts", () => {
  const withDefaults = Object.entries(VARIABLES).filter(([, variable]) => variable.fallback !== null);
  expect(withDefaults.length).toBeGreaterThan(5);
  const environment = Object.fromEntries(
    withDefaults.map(([name, { fallback }]) => [name, String(fallback)]),
  );
  expect(readConfig(environment)).toEqual(readConfig({}));
});

test("a variable that is set to nothing counts as not set", () => {
  expect(readConfig({ PORT: "", DATABASE_URL: "", BOOTSTRAP_EMAIL: "" })).toEqual(readConfig({}));
});

test.each([
  ["PORT", "80o0", "PORT must be a whole number from 0 to 65535."],
  ["PORT", "65536", "PORT must be a whole number from 0 to 65535."],
  ["HOST", "here and there", "HOST must be an IP address or the name of a host."],
  ["PUBLIC_URL", "overdue.example.org", "PUBLIC_URL must be a URL that starts with http:// or https://."],
  ["PUBLIC_URL", "https://example.org/x", "PUBLIC_URL must end after the host and port, without a path."],
  [
    "DATABASE_URL",
    "mysql://a@b/c",
    "DATABASE_URL must be a URL that starts with postgres:// or postgresql://.",
  ],
  [
    "REDIS_URL",
    "localhost:6379",
    "REDIS_URL must be redis://host:6379, redis+sentinel://host:26379,host:26379/NAME or redis+cluster://host:6379,host:6379; rediss instead of redis for TLS.",
  ],
  ["SMTP_URL", "mail.example.org", "SMTP_URL must be a URL that starts with smtp:// or smtps://."],
  ["SMTP_TLS", "yes", "SMTP_TLS must be one of off, opportunistic, required, verify."],
  ["SMTP_CA_FILE", "/nowhere/ca.pem", "SMTP_CA_FILE must be a file that can be read."],
  ["SMTP_CA_FILE", import.meta.filename, "SMTP_CA_FILE must hold at least one certificate as PEM."],
  ["SMTP_EHLO", "my host", "SMTP_EHLO must be the name of a host, such as ping.example.org."],
  ["MAIL_FROM", "overdue", "MAIL_FROM must contain an e-mail address."],
  [
    "TRUST_PROXY",
    "true",
    "TRUST_PROXY must be a list, with commas, of IP addresses or networks such as 10.0.0.0/8.",
  ],
  [
    "ALLOW_PRIVATE_NETWORKS",
    "10.0.0.0/33",
    "ALLOW_PRIVATE_NETWORKS must be a list, with commas, of IP addresses or networks such as 10.0.0.0/8.",
  ],
  ["REGISTRATION", "yes", "REGISTRATION must be one of open, invite, closed."],
  ["LOG_LEVEL", "loud", "LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent."],
  ["PING_BODY_LIMIT", "100kB", "PING_BODY_LIMIT must be a whole number from 0 to 10000000."],
  ["BOOTSTRAP_EMAIL", "me", "BOOTSTRAP_EMAIL must be an e-mail address."],
  ["BOOTSTRAP_PING_KEY", "with space", "BOOTSTRAP_PING_KEY must be 8 to 64 letters, digits, _ or -."],
  ["TELEGRAM_BOT_TOKEN", "token", "TELEGRAM_BOT_TOKEN must look like 123456:ABC-DEF, as BotFather gives it."],
])("%s=%s stops the start with a sentence that names it", (name, value, sentence) => {
  expect(() => readConfig({ [name]: value })).toThrow(sentence);
});

test("a SECRET_KEY that is too short is refused without being repeated", () => {
  expect(() => readConfig({ SECRET_KEY: "changeme" })).toThrow(/^SECRET_KEY must be at least 32 characters/);
  expect(() => readConfig({ SECRET_KEY: "changeme" })).not.toThrow(/changeme/);
});

test.each([
  ["PROT", "PROT is not a variable of Overdue; did you mean PORT?"],
  ["PORTS", "PORTS is not a variable of Overdue; did you mean PORT?"],
  ["DATABSE_URL", "DATABSE_URL is not a variable of Overdue; did you mean DATABASE_URL?"],
  ["PUBLIC_URI", "PUBLIC_URI is not a variable of Overdue; did you mean PUBLIC_URL?"],
  [
    "SMTP_HOST",
    "SMTP_HOST is not a variable of Overdue; those that start with SMTP_ are SMTP_URL, SMTP_TLS, SMTP_CA_FILE, SMTP_EHLO.",
  ],
  ["BOOTSTRAP_TOKEN", "BOOTSTRAP_TOKEN is not a variable of Overdue"],
])("%s is near enough to one of our names to be a mistake", (name, sentence) => {
  expect(() => readConfig({ [name]: "1" })).toThrow(sentence);
});

test.each(["HOME", "POST", "MAIL_PATH", "PATH", "REDIS_PORT", "LOGNAME"])(
  "%s belongs to another program",
  (name) => {
    expect(() => readConfig({ [name]: "1" })).not.toThrow();
  },
);

test("every mistake is named, one sentence each", () => {
  expect(() => readConfig({ PORT: "x", LOG_LEVEL: "y", SMTP_PORT: "25" })).toThrow(
    /^SMTP_PORT .*\nPORT .*\nLOG_LEVEL .*$/,
  );
});

test("lists are taken apart at their commas", () => {
  const environment = {
    TRUST_PROXY: "10.0.0.0/8, fd00::/8,192.0.2.7",
    SECRET_KEY: `${"b".repeat(32)},${"a".repeat(32)}`,
  };
  expect(readConfig(environment)).toMatchObject({
    trustedProxies: ["10.0.0.0/8", "fd00::/8", "192.0.2.7"],
    secretKeys: ["b".repeat(32), "a".repeat(32)],
  });
});

test("an instance that listens on all addresses has a PUBLIC_URL that can be opened", () => {
  expect(readConfig({ HOST: "0.0.0.0", PORT: "9000" }).publicUrl).toBe("http://localhost:9000");
  expect(readConfig({ HOST: "::1" }).publicUrl).toBe("http://[::1]:8000");
});

test("bootstrap needs an account and fills in the rest", () => {
  const account = { BOOTSTRAP_EMAIL: "me@example.org", BOOTSTRAP_PASSWORD: "correct horse" };
  expect(readConfig(account).bootstrap).toEqual({
    email: "me@example.org",
    password: "correct horse",
    project: "My project",
    apiKey: null,
    readonlyKey: null,
    pingKey: null,
  });
  expect(() => readConfig({ BOOTSTRAP_API_KEY: "a-key-of-mine" })).toThrow(
    "BOOTSTRAP_EMAIL is missing: BOOTSTRAP_API_KEY works only together with it.",
  );
});

test("an account may have an address in any script's domain", () => {
  const bootstrap = { BOOTSTRAP_EMAIL: "ops@münchen.example", BOOTSTRAP_PASSWORD: "long enough" };
  expect(readConfig(bootstrap).bootstrap?.email).toBe("ops@xn--mnchen-3ya.example");
});

test("TLS that is off and an address that is TLS contradict each other", () => {
  expect(() => readConfig({ SMTP_URL: "smtps://mail.example.org", SMTP_TLS: "off" })).toThrow(
    "SMTP_TLS is off, and SMTP_URL starts with smtps://",
  );
});

test.each([
  [{ PUBLIC_URL: "https://overdue.example.org", MAIL_FROM: "a@mail.example.org" }, "overdue.example.org"],
  [{ PUBLIC_URL: "http://192.0.2.7:8000", MAIL_FROM: "Overdue <a@mail.example.org>" }, "mail.example.org"],
  [{ MAIL_FROM: "Overdue <a@münchen.example>" }, "xn--mnchen-3ya.example"],
  [{ PUBLIC_URL: "https://overdue.example.org", SMTP_EHLO: "relay.example.org" }, "relay.example.org"],
  [{ PUBLIC_URL: "http://localhost:8000" }, null],
])("mail servers are greeted, with %j, by the name %s", (environment, ehlo) => {
  expect(readConfig(environment).smtp.ehlo).toBe(ehlo);
});

test.each([
  [{ PUBLIC_URL: "https://overdue.example.org", HOST: "0.0.0.0" }, true],
  [{ PUBLIC_URL: "https://overdue.example.org", HOST: "0.0.0.0", TRUST_PROXY: "10.0.0.0/8" }, false],
  [{ PUBLIC_URL: "https://overdue.example.org" }, false],
  [{ HOST: "0.0.0.0" }, false],
])("%o warns of a proxy that is not trusted: %s", (environment, isWarned) => {
  expect(proxyWarning(readConfig(environment)) !== null).toBe(isWarned);
});
