import { hostOf } from "./address.ts";

/**
 * Where the hooks of a provider are, with the hosts below these: those of governments, regions and previews too. One
 * table for the form that takes an address and for the sender that calls it.
 */
export const PROVIDER_HOSTS = {
  slack: ["slack.com", "slack-gov.com"],
  discord: ["discord.com", "discordapp.com"],
  "google-chat": ["chat.googleapis.com", "chat.mtls.googleapis.com"],
  "splunk-on-call": ["victorops.com", "signalfx.com", "splunkcloud.com"],
} as const satisfies Record<string, readonly string[]>;

/** Names that no public server has; the operator may allow what they lead to, such as a proxy before the provider. */
const PRIVATE =
  /^(\[.*\]|\d+(\.\d+){3}|[^.]+|.*\.(local|localhost|internal|intranet|lan|home|corp|private|test|home\.arpa))$/;

/** What is wrong with an address for hooks of a provider at these hosts, as a sentence; null: it is one. */
export function hostProblem(address: string, hosts: readonly string[]): string | null {
  const host = URL.parse(address)?.hostname ?? "";
  if (PRIVATE.test(host) || hosts.some((known) => host === known || host.endsWith(`.${known}`))) return null;
  return `${hostOf(address)} is not a host of this provider: its hooks are at ${hosts.join(" or ")}. Copy the address again.`;
}
