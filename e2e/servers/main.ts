import { tryAll, type Trial } from "../support/try-all.ts";
import { adnanhWebhook } from "./http/adnanh-webhook.ts";
import { alertmanager } from "./http/alertmanager.ts";
import { gotify } from "./http/gotify.ts";
import { keycloak } from "./http/keycloak.ts";
import { appriseApi, ntfy } from "./http/unavailable.ts";
import { otelCollector } from "./http/otel-collector.ts";
import { synapse } from "./http/synapse.ts";
import { dovecot, dovecotBehindExim } from "./mail/dovecot.ts";
import { exim } from "./mail/exim.ts";
import { mailpit } from "./mail/mailpit.ts";
import { opensmtpd } from "./mail/opensmtpd.ts";
import { postfix } from "./mail/postfix.ts";

/** Each is installed from public packages, started beside the product, and tried. */
const SERVERS: readonly Trial[] = [
  postfix,
  exim,
  opensmtpd,
  dovecot,
  dovecotBehindExim,
  mailpit,
  synapse,
  gotify,
  alertmanager,
  adnanhWebhook,
  keycloak,
  otelCollector,
  ntfy,
  appriseApi,
];

/** Tries the servers that are named, or all. Prints what was seen, and ends with 1 if that is not what is expected. */
const names = process.argv.slice(2).map((name) => name.toLowerCase());
const chosen = SERVERS.filter(({ name }) => names.length === 0 || names.includes(name.toLowerCase()));
const unknown = names.filter((name) => !SERVERS.some((one) => one.name.toLowerCase() === name));
if (unknown.length > 0) throw new Error(`No such server: ${unknown.join(", ")}.`);
process.exit((await tryAll("server", chosen)) === 0 ? 0 : 1);
