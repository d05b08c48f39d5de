import { z } from "zod";
import {
  accountEmail,
  ageRecipients,
  authorities,
  baseUrl,
  chosenKey,
  contact,
  domains,
  headerName,
  hostName,
  hostNames,
  listenAddress,
  mailDomain,
  networks,
  origin,
  redisAddress,
  roleGrants,
  secrets,
  urlOf,
  wholeNumber,
} from "./values.ts";
import { plansFile } from "./plans-file.ts";

/**
 * Every environment variable that the product reads: its schema, its default, and its line in docs/configuration.md. No
 * other file contains a name or a default.
 */
export const VARIABLES = {
  HOST: withDefault(listenAddress, "127.0.0.1", "Address to listen on; `0.0.0.0` answers the whole network."),
  PORT: withDefault(wholeNumber(0, 65_535), 8000, "Port to listen on; `0` takes any free one."),
  PUBLIC_URL: optional(
    origin,
    "`http://HOST:PORT`",
    "Address under which people and jobs reach it; it stands in every link and ping URL.",
  ),
  DATA_DIR: withDefault(
    z.string(),
    "./data",
    "Folder of the embedded database, the generated secrets and the logs. Back it up.",
  ),
  BACKUP_DIR: optional(
    z.string(),
    "no backups by itself",
    "Folder into which a backup of the database is written each day; see [backup.md](operating/backup.md). Without the two that follow it is not encrypted.",
  ),
  BACKUP_TIME: withDefault(
    z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 03:15"),
    "03:15",
    "When, in UTC.",
  ),
  BACKUP_KEEP: withDefault(wholeNumber(1, 10_000), 7, "How many of these backups are kept."),
  BACKUP_RECIPIENTS: optional(
    ageRecipients,
    "by `BACKUP_PASSPHRASE_FILE`, or not encrypted",
    "Public keys of age (`age1…`), with commas, for whose holders the backups are encrypted.",
  ),
  BACKUP_PASSPHRASE_FILE: optional(
    z.string(),
    "for `BACKUP_RECIPIENTS`, or not encrypted",
    "File with the passphrase that opens the backups, of at least 12 characters.",
  ),
  DATABASE_URL: optional(
    urlOf("postgres:", "postgresql:"),
    "an embedded PostgreSQL in `DATA_DIR`",
    "A PostgreSQL server (18 or newer) of your own: `postgres://user:password@host:5432/overdue`.",
  ),
  DATABASE_DIRECT_URL: optional(
    urlOf("postgres:", "postgresql:"),
    "the server of `DATABASE_URL`",
    "The PostgreSQL server itself, where `DATABASE_URL` leads to a connection pooler that lends a connection for one transaction, such as PgBouncer: for migrations, notifications and the queue in PostgreSQL.",
  ),
  DATABASE_REPLICA_URL: optional(
    urlOf("postgres:", "postgresql:"),
    "all is read from `DATABASE_URL`",
    "A streaming replica of `DATABASE_URL`, from which long lists, reports and exports are read; see [several-machines.md](operating/several-machines.md).",
  ),
  REDIS_URL: optional(
    redisAddress,
    "queues in PostgreSQL",
    "Redis or Valkey for the queues, and for one count of requests over all api processes: `redis://host:6379`, `redis+sentinel://…` or `redis+cluster://…`; see [several-machines.md](operating/several-machines.md). Worth it with several checkers.",
  ),
  SMTP_URL: optional(
    urlOf("smtp:", "smtps:"),
    "e-mail channels say that no mail server is set",
    "Mail server that e-mails leave by: `smtps://user:password@host:465`, or `smtp://host:587`, which takes STARTTLS where it is offered. Without one no address can be proven and no password reset by mail; see [accounts.md](accounts.md).",
  ),
  SMTP_TLS: optional(
    oneOf("off", "opportunistic", "required", "verify"),
    "`opportunistic` for a mail server on this machine; elsewhere STARTTLS where it is offered, and then the certificate is checked",
    "`off`: no TLS. `opportunistic`: where it is offered, with any certificate, such as a self-signed one. `required`: always, with any certificate. `verify`: always, with a certificate that is valid for the host.",
  ),
  SMTP_CA_FILE: optional(
    authorities,
    "the usual authorities",
    "File of certificates (PEM) of your own authority, trusted for the mail server besides the usual ones.",
  ),
  SMTP_EHLO: optional(
    hostName,
    "the host of `PUBLIC_URL`, or the domain of `MAIL_FROM`, where they are real names",
    "Host name by which we introduce ourselves to the mail server.",
  ),
  MAIL_FROM: withDefault(
    z.string().regex(/\S+@\S+/, "must contain an e-mail address"),
    "Overdue <overdue@localhost>",
    "Sender of e-mails.",
  ),
  EMAIL_VERIFICATION: withDefault(
    oneOf("on", "off"),
    "on",
    "`on`: an address gets alerts, and a sign-up its account, once its reader has opened the link in a mail. `off`: at once, for an instance whose people all trust each other.",
  ),
  SECRET_KEY: optional(
    secrets,
    "generated once, kept in `DATA_DIR/secret-key` with mode 600",
    "At least 32 characters; encrypts channels' secrets and signs sessions. To change it, put the new one, a comma, then the old one.",
  ),
  TRUST_PROXY: optional(
    networks,
    "this machine",
    "Addresses or networks of the proxies in front, whose `X-Forwarded-For` is believed. Where it does not name your proxy, all visitors count as one; the start and the operator page say so.",
  ),
  ALLOW_PRIVATE_NETWORKS: optional(
    networks,
    "none",
    "Private networks that channels may reach, such as `10.0.0.0/8`; all others are refused.",
  ),
  TELEGRAM_BOT_TOKEN: optional(
    z.string().regex(/^\d+:[\w-]+$/, "must look like 123456:ABC-DEF, as BotFather gives it"),
    "each Telegram channel brings its own",
    "Token of the bot that sends Telegram messages; no other program may receive its updates. With an https `PUBLIC_URL` they come by webhook.",
  ),
  TELEGRAM_API_ROOT: withDefault(
    baseUrl,
    "https://api.telegram.org",
    "Bot API server, for one that you host.",
  ),
  SLACK_CLIENT_ID: optional(
    z.string(),
    "no “Add to Slack” button",
    "Client id of your Slack app: the app's Basic Information, as the two that follow; all three are needed. See [slack.md](channels/slack.md).",
  ),
  SLACK_CLIENT_SECRET: optional(z.string(), "no “Add to Slack” button", "Client secret of your Slack app."),
  SLACK_SIGNING_SECRET: optional(
    z.string(),
    "no “Add to Slack” button",
    "Signing secret of your Slack app, by which presses of its buttons are known.",
  ),
  SLACK_API_URL: withDefault(baseUrl, "https://slack.com/api", "Slack's Web API."),
  REGISTRATION: withDefault(
    oneOf("open", "invite", "closed"),
    "invite",
    "Who may make an account after the first: `open` anyone, `invite` who was invited to a project by its owner, `closed` nobody. See [accounts.md](accounts.md).",
  ),
  PLANS: optional(
    plansFile,
    "no plans: nothing is limited, and nothing about plans is shown",
    "File (YAML or JSON) of plans, which limit what an organization may have; see [plans.md](operating/plans.md).",
  ),
  OIDC_ISSUER: optional(
    baseUrl,
    "no sign-in at a provider",
    "OpenID provider at which people sign in, as its discovery document names it; needs the two that follow. See [accounts.md](accounts.md#at-an-openid-provider).",
  ),
  OIDC_CLIENT_ID: optional(z.string(), "–", "Client id of Overdue at that provider."),
  OIDC_CLIENT_SECRET: optional(z.string(), "–", "Client secret of Overdue at that provider."),
  OIDC_NAME: withDefault(
    z.string().max(40, "must have at most 40 characters"),
    "single sign-on",
    "Name of the provider, on the button of the sign-in page.",
  ),
  OIDC_ALLOWED_DOMAINS: optional(
    domains,
    "`REGISTRATION` decides who gets an account",
    "Domains of e-mail addresses, with commas: only their people sign in at the provider, and they get an account whatever `REGISTRATION` says.",
  ),
  OIDC_ROLE_CLAIM: withDefault(z.string(), "groups", "Claim of the provider that `OIDC_ROLES` looks at."),
  OIDC_ROLES: optional(
    roleGrants,
    "no roles by the provider",
    "Roles that values of the claim give, with commas: `admins=PROJECT_ID:owner,dev=PROJECT_ID:member`.",
  ),
  TRUSTED_HEADER: optional(
    headerName,
    "no sign-in by a proxy",
    "Header in which your own proxy names the e-mail address of the person it has signed in, such as `Remote-Email`; needs the next one. See [accounts.md](accounts.md#by-a-proxy-in-front).",
  ),
  TRUSTED_HEADER_PEERS: optional(
    networks,
    "–",
    "Addresses or networks of that proxy, as this process sees them. The header of any other peer is ignored.",
  ),
  TRUSTED_HEADER_NAME: optional(headerName, "–", "Header with the person's name, such as `Remote-Name`."),
  TRUSTED_HEADER_SIGN_OUT_URL: optional(
    urlOf("http:", "https:"),
    "the sign-in page",
    "Where a person goes on who signs out, such as the address at which the proxy signs people out.",
  ),
  BOOTSTRAP_EMAIL: optional(
    accountEmail,
    "the first start prints a link instead",
    "E-mail of an account that the first start creates; needs `BOOTSTRAP_PASSWORD`.",
  ),
  BOOTSTRAP_PASSWORD: optional(
    z.string(),
    "–",
    "Password of that account: at least 12 characters, and none of the passwords that are guessed first. Once there is an account, it is not looked at any more.",
  ),
  BOOTSTRAP_PROJECT: optional(
    z.string().max(100, "must have at most 100 characters"),
    "`My project`",
    "Name of the project that the first start creates for that account.",
  ),
  BOOTSTRAP_API_KEY: optional(chosenKey, "none", "API key of that project that may read and write."),
  BOOTSTRAP_READONLY_KEY: optional(chosenKey, "none", "API key of that project that may only read."),
  BOOTSTRAP_PING_KEY: optional(chosenKey, "a random one", "Ping key of that project."),
  LOG_LEVEL: withDefault(
    oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent"),
    "info",
    "Least important log lines that are kept.",
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(
    baseUrl,
    "no traces",
    "An OpenTelemetry collector, which is sent a trace of each incident by OTLP over HTTP, such as `http://localhost:4318`; see [monitoring.md](operating/monitoring.md).",
  ),
  METRICS_TOKEN: optional(
    z.string().min(8, "must have at least 8 characters"),
    "only this machine reads `/metrics`, and only under a `PUBLIC_URL` of its own",
    "Token that opens `/metrics`, needed wherever `PUBLIC_URL` is not one of this machine, and is the `X-Metrics-Key` of Healthchecks' service metrics.",
  ),
  SECURITY_CONTACT: optional(
    contact,
    "`/.well-known/security.txt` is missing",
    "To whom one writes about a hole in this instance: an e-mail address or the address of a web page. It is published at `/.well-known/security.txt`.",
  ),
  API_RATE_LIMIT: withDefault(
    wholeNumber(0, 1_000_000),
    1_200,
    "Requests a minute for each API key, each signed-in person and, without either, each address; `0` for no limit. With `REDIS_URL` they are counted over all api processes, else in each. Pings are not counted.",
  ),
  SELF_HEARTBEAT_URL: optional(
    urlOf("http:", "https:"),
    "nothing outside is notified",
    "Address that is called each minute while all is well, such as a ping URL elsewhere, which raises the alarm when the calls stop.",
  ),
  LIVENESS_FILE: optional(
    z.string(),
    "no such file",
    "File whose modification time a checker or a sender that runs by itself renews each second, for a probe to check.",
  ),
  PING_HOST: optional(
    hostNames,
    "the host of `PUBLIC_URL`",
    "Host name for ping URLs, which answers pings and nothing else; several with commas, of which the first stands in the URLs that are shown.",
  ),
  PING_BODY_LIMIT: withDefault(
    wholeNumber(0, 10_000_000),
    100_000,
    "Bytes that are kept of the beginning of a ping's body, and as many of its end; what lies between is left out.",
  ),
  PING_SPOOL_MB: optional(
    wholeNumber(0, 100_000),
    "`500` with `npm start`, else `0`",
    "Megabytes of pings that each receiver keeps in `DATA_DIR/spool` while the database does not answer; beyond that, and with 0, they are refused with 503. An api that runs by itself needs a `DATA_DIR` of its own that outlives it: see docs/reliability.md.",
  ),
  PING_EMAIL_DOMAIN: optional(
    mailDomain,
    "no pings by e-mail",
    "Domain whose mail comes here: each check then has an address in it, a mail to it is a ping, and alerts that cannot be delivered come back to it.",
  ),
  PING_EMAIL_HOST: optional(
    listenAddress,
    "`HOST`",
    "Address to listen on for these mails; `0.0.0.0` answers the whole network.",
  ),
  PING_EMAIL_PORT: withDefault(
    wholeNumber(0, 65_535),
    2525,
    "Port to listen on for these mails (SMTP); `0` takes any free one.",
  ),
};

function withDefault<S extends z.ZodType>(schema: S, fallback: z.output<S>, text: string) {
  return { schema, fallback, text, without: `\`${String(fallback)}\`` };
}

function optional<S extends z.ZodType>(schema: S, without: string, text: string) {
  return { schema, fallback: null, text, without };
}

function oneOf<const W extends readonly [string, ...string[]]>(...words: W) {
  return z.enum(words, `must be one of ${words.join(", ")}`);
}
