import { z } from "zod";

const URL_CHARS_MAX = 2_000;

/** The address of a webhook, in normalised form. Which hosts may be called is decided when a request is sent. */
export const webhookUrl = z
  .string({ error: "Give the full address, such as https://example.org/hook." })
  .trim()
  .max(URL_CHARS_MAX, `The address may have at most ${URL_CHARS_MAX} characters.`)
  .transform((text, context) => {
    const url = URL.parse(text);
    const problem =
      url === null ? "Give the full address, such as https://example.org/hook." : urlProblem(url);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
    return url?.href ?? z.NEVER;
  });

/** The address of a server that the person runs, such as https://ntfy.example.org, without a slash at its end. */
export const serverUrl = webhookUrl.transform((url) => url.replace(/\/+$/, ""));

/** The host of an address with its port. It may be shown, unlike the path of a webhook, which is often its secret. */
export function hostIn(address: string): string {
  return URL.parse(address)?.host ?? "";
}

function urlProblem(url: URL): string | null {
  if (!["http:", "https:"].includes(url.protocol)) return "The address must begin with https:// or http://.";
  if (url.username !== "" || url.password !== "") {
    return "Leave the user name and password out of the address; put them into a header.";
  }
  return null;
}

/**
 * The domains of a provider's webhooks; their subdomains count too, such as those of regions and previews. Both the form
 * that accepts an address and the sender that calls it use this table.
 */
export const PROVIDER_HOSTS = {
  slack: ["slack.com", "slack-gov.com"],
  discord: ["discord.com", "discordapp.com"],
  "google-chat": ["chat.googleapis.com", "chat.mtls.googleapis.com"],
  "splunk-on-call": ["victorops.com", "signalfx.com", "splunkcloud.com"],
} as const satisfies Record<string, readonly string[]>;

/** Host names that no public server has. The operator may allow such addresses, for example of a proxy for the provider. */
const PRIVATE_HOST =
  /^(\[.*\]|\d+(\.\d+){3}|[^.]+|.*\.(local|localhost|internal|intranet|lan|home|corp|private|test|home\.arpa))$/;

/** Why an address cannot be a webhook of a provider with these hosts, as a sentence; null if it can. */
export function hostProblem(address: string, hosts: readonly string[]): string | null {
  const host = URL.parse(address)?.hostname ?? "";
  if (PRIVATE_HOST.test(host) || hosts.some((known) => host === known || host.endsWith(`.${known}`)))
    return null;
  return `${hostIn(address)} is not a host of this provider: its hooks are at ${hosts.join(" or ")}. Copy the address again.`;
}
