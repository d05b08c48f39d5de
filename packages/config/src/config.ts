import { isIP } from "node:net";
import { resolve } from "node:path";
import { domainToASCII } from "node:url";

import type { z } from "zod";

import { ConfigError } from "./config-error.ts";
import { type OidcSettings, oidcSettings } from "./oidc-settings.ts";
import type { PlansFile } from "./plans-file.ts";
import { type TrustedHeader, trustedHeader } from "./trusted-header.ts";
import { findUnknownVariables } from "./unknown-variables.ts";
import { VARIABLES } from "./variables.ts";

/** The configuration, with every value validated; names of durations and sizes end in their unit. */
export type Config = {
  host: string;
  /** 0: any free port. */
  port: number;
  /** Scheme, host and port, without a slash at the end. */
  publicUrl: string;
  /** An absolute path. */
  dataDir: string;
  /** Null: no backups by itself. `time`: `HH:MM` in UTC. */
  backups: BackupSettings | null;
  /** Null: the embedded PostgreSQL. It contains `pooled=true` if it leads to a connection pooler. */
  databaseUrl: string | null;
  /** The server itself, if `databaseUrl` leads to a pooler; null: it does not. */
  databaseDirectUrl: string | null;
  /** A streaming replica, for long reads; null: there is none. */
  databaseReplicaUrl: string | null;
  /** Null: the queues live in PostgreSQL. */
  redisUrl: string | null;
  /** Null: no e-mail can be sent. */
  smtpUrl: string | null;
  /** `tls` null: it depends on the server's address. `ca`: PEM. `ehlo` null: no configured name belongs to a real host. */
  smtp: {
    tls: "off" | "opportunistic" | "required" | "verify" | null;
    ca: string | null;
    ehlo: string | null;
  };
  mailFrom: string;
  /** An address gets alerts only after its recipient has agreed. */
  emailVerification: boolean;
  /** Newest first; empty: one is generated once and kept in the data directory. */
  secretKeys: string[];
  /** Addresses and networks whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  /** TRUST_PROXY is not set, so only proxies on this machine are trusted. */
  trustsOnlyThisMachine: boolean;
  /** Private networks that channels may reach. */
  allowedPrivateNetworks: string[];
  telegramBotToken: string | null;
  telegramApiRoot: string;
  slackClientId: string | null;
  slackClientSecret: string | null;
  slackSigningSecret: string | null;
  slackApiUrl: string;
  registration: "open" | "invite" | "closed";
  /** The plans of the file that PLANS names; null: nothing is limited. */
  plans: PlansFile | null;
  /** The OpenID provider at which people sign in; null: there is none. */
  oidc: OidcSettings | null;
  /** The proxy that signs people in; null: there is none. */
  trustedHeader: TrustedHeader | null;
  bootstrap: Bootstrap | null;
  logLevel: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  /** The base address of an OpenTelemetry collector; null: no traces. */
  otlpEndpoint: string | null;
  /** Opens metrics to other machines; null: only this machine may read them. */
  metricsToken: string | null;
  /** To whom one writes about a hole in this instance, as a URI; null: security.txt is not served. */
  securityContact: string | null;
  /** Requests a minute from each key, person or address, not counting pings; 0: no limit. */
  apiRateLimit: number;
  /** Hosts that answer only pings, each with an optional port, in lower case; ping URLs are shown with the first. */
  pingHosts: string[];
  selfHeartbeatUrl: string | null;
  /** A file that is touched each second while the process runs; null: none. */
  livenessFile: string | null;
  pingBodyBytesMax: number;
  /** How much of the disk pings may take that the database cannot store yet, in megabytes; 0: none are kept. */
  pingSpoolMegabytes: number;
  /** Null: no pings by e-mail. */
  pingEmail: { domain: string; host: string; port: number } | null;
};

/** `recipients`: public keys of age; empty: none. At most one of `recipients` and `passphraseFile` is given. */
export type BackupSettings = {
  directory: string;
  time: string;
  keep: number;
  recipients: string[];
  passphraseFile: string | null;
};

/** The account, project and keys that a first start creates; null keys are not created. */
export type Bootstrap = {
  email: string;
  password: string;
  project: string;
  apiKey: string | null;
  readonlyKey: string | null;
  pingKey: string | null;
};

type Environment = Record<string, string | undefined>;
type Name = keyof typeof VARIABLES;
type Values = {
  [N in Name]:
    | z.output<(typeof VARIABLES)[N]["schema"]>
    | ((typeof VARIABLES)[N]["fallback"] extends null ? null : never);
};

/**
 * Reads the configuration from the environment; an empty variable counts as not set.
 *
 * @throws ConfigError if a value is malformed or missing, or a name looks like one of Overdue's variables and is not.
 */
export function readConfig(environment: Environment): Config {
  const problems = [...findUnknownVariables(Object.keys(environment)), ...findMalformed(environment)];
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  const values = parseAll(environment);
  return { ...plainSettings(values), bootstrap: readBootstrap(values) };
}

function findMalformed(environment: Environment): string[] {
  return names().flatMap((name) => {
    const text = environment[name];
    if (!text) return [];
    const { error } = VARIABLES[name].schema.safeParse(text);
    return error ? [`${name} ${error.issues[0]?.message ?? "is malformed"}.`] : [];
  });
}

// The cast states that keys and values come from the same table, which Object.entries cannot express.
function parseAll(environment: Environment): Values {
  const entries = names().map((name) => {
    const { schema, fallback } = VARIABLES[name];
    const text = environment[name];
    return [name, text ? schema.parse(text) : fallback];
  });
  return Object.fromEntries(entries) as Values;
}

function names(): Name[] {
  return Object.keys(VARIABLES) as Name[];
}

/** @throws ConfigError if only the second address is given. */
function databaseSettings(values: Values): Pick<Config, "databaseUrl" | "databaseDirectUrl"> {
  const { DATABASE_URL: databaseUrl, DATABASE_DIRECT_URL: databaseDirectUrl } = values;
  if (databaseDirectUrl === null) return { databaseUrl, databaseDirectUrl };
  if (databaseUrl === null)
    throw new ConfigError(
      "DATABASE_DIRECT_URL goes with a pooler in DATABASE_URL, which is not set. For a server without one, set DATABASE_URL alone.",
    );
  const pooled = new URL(databaseUrl);
  pooled.searchParams.set("pooled", "true");
  return { databaseUrl: pooled.href, databaseDirectUrl };
}

/** @throws ConfigError if only the replica is given. */
function replicaUrl({ DATABASE_REPLICA_URL: replica, DATABASE_URL: primary }: Values): string | null {
  if (replica !== null && primary === null)
    throw new ConfigError(
      "DATABASE_REPLICA_URL goes with the server that it is a replica of, in DATABASE_URL, which is not set.",
    );
  return replica;
}

/** The networks of proxies on this machine. */
const THIS_MACHINE = ["127.0.0.0/8", "::1"];

function plainSettings(values: Values): Omit<Config, "bootstrap"> {
  return {
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL ?? localUrl(values.HOST, values.PORT),
    dataDir: resolve(values.DATA_DIR),
    backups: backupSettings(values),
    ...databaseSettings(values),
    databaseReplicaUrl: replicaUrl(values),
    redisUrl: values.REDIS_URL,
    smtpUrl: values.SMTP_URL,
    smtp: smtpSettings(values),
    mailFrom: values.MAIL_FROM,
    emailVerification: values.EMAIL_VERIFICATION === "on",
    secretKeys: values.SECRET_KEY ?? [],
    trustedProxies: values.TRUST_PROXY ?? THIS_MACHINE,
    trustsOnlyThisMachine: values.TRUST_PROXY === null,
    allowedPrivateNetworks: values.ALLOW_PRIVATE_NETWORKS ?? [],
    telegramBotToken: values.TELEGRAM_BOT_TOKEN,
    telegramApiRoot: values.TELEGRAM_API_ROOT,
    slackClientId: values.SLACK_CLIENT_ID,
    slackClientSecret: values.SLACK_CLIENT_SECRET,
    slackSigningSecret: values.SLACK_SIGNING_SECRET,
    slackApiUrl: values.SLACK_API_URL,
    registration: values.REGISTRATION,
    plans: values.PLANS,
    oidc: oidcSettings(values),
    trustedHeader: trustedHeader(values),
    logLevel: values.LOG_LEVEL,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    metricsToken: values.METRICS_TOKEN,
    securityContact: values.SECURITY_CONTACT,
    apiRateLimit: values.API_RATE_LIMIT,
    pingHosts: values.PING_HOST ?? [],
    selfHeartbeatUrl: values.SELF_HEARTBEAT_URL,
    livenessFile: values.LIVENESS_FILE,
    pingBodyBytesMax: values.PING_BODY_LIMIT,
    pingSpoolMegabytes: values.PING_SPOOL_MB ?? 0,
    pingEmail: pingEmailSettings(values),
  };
}

function backupSettings(values: Values): BackupSettings | null {
  const { BACKUP_DIR: directory, BACKUP_RECIPIENTS: recipients, BACKUP_PASSPHRASE_FILE: file } = values;
  if (recipients !== null && file !== null)
    throw new ConfigError(
      "BACKUP_RECIPIENTS and BACKUP_PASSPHRASE_FILE are both set: leave one of them out.",
    );
  if (directory === null) return null;
  return {
    directory: resolve(directory),
    time: values.BACKUP_TIME,
    keep: values.BACKUP_KEEP,
    recipients: recipients ?? [],
    passphraseFile: file === null ? null : resolve(file),
  };
}

function smtpSettings(values: Values): Config["smtp"] {
  const { SMTP_URL: url, SMTP_TLS: tls, SMTP_CA_FILE: ca, SMTP_EHLO: ehlo } = values;
  if (tls === "off" && url?.startsWith("smtps:") === true)
    throw new ConfigError(
      "SMTP_TLS is off, and SMTP_URL starts with smtps://, which is TLS: change one of them.",
    );
  return { tls, ca, ehlo: ehlo ?? ehloName([values.PUBLIC_URL, values.MAIL_FROM]) };
}

/** The first host that may be in the DNS: mail servers refuse senders that introduce themselves with another name. */
function ehloName(addresses: readonly (string | null)[]): string | null {
  const hosts = addresses.map((address) => {
    const host = address === null ? "" : (URL.parse(address)?.hostname ?? domainOfAddress(address));
    return domainToASCII(host);
  });
  return (
    hosts.find((host) => host.includes(".") && isIP(host) === 0 && !/\.(localhost|local)$/.test(host)) ?? null
  );
}

function domainOfAddress(from: string): string {
  return /@([\p{L}\p{N}.-]+)/u.exec(from)?.[1] ?? "";
}

function pingEmailSettings(values: Values): Config["pingEmail"] {
  const { PING_EMAIL_DOMAIN: domain, PING_EMAIL_HOST: host, PING_EMAIL_PORT: port } = values;
  return domain === null ? null : { domain, host: host ?? values.HOST, port };
}

// http://0.0.0.0 cannot be opened, so an instance that listens on all addresses is shown as localhost.
function localUrl(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function readBootstrap(values: Values): Bootstrap | null {
  const { BOOTSTRAP_EMAIL: email, BOOTSTRAP_PASSWORD: password } = values;
  if (email !== null && password !== null) {
    return {
      email,
      password,
      project: values.BOOTSTRAP_PROJECT ?? "My project",
      apiKey: values.BOOTSTRAP_API_KEY,
      readonlyKey: values.BOOTSTRAP_READONLY_KEY,
      pingKey: values.BOOTSTRAP_PING_KEY,
    };
  }
  const set = names().find((name) => name.startsWith("BOOTSTRAP_") && values[name] !== null);
  if (set === undefined) return null;
  const missing = email === null ? "BOOTSTRAP_EMAIL" : "BOOTSTRAP_PASSWORD";
  throw new ConfigError(`${missing} is missing: ${set} works only together with it.`);
}
