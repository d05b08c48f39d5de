import { z } from "zod";

import { serverUrl } from "../addresses.ts";
import { field, Region, regionField, secretField } from "../fields.ts";
import { defineHttpKind } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { incidentKey, shortNames, titleAndSentence, outputTitle } from "../message/parts.ts";
import { clipEnd } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

const SUMMARY_CHARS_MAX = 1_024;
const SERVERS = { us: "https://events.pagerduty.com", eu: "https://events.eu.pagerduty.com" };

export const pagerduty = defineHttpKind({
  title: "PagerDuty",
  summary: "Opens an incident on a down and resolves it on the up.",
  group: "on-call",
  forMachines: true,
  onlyIncidents: true,
  schema: z.strictObject({
    key: z
      .string({ error: "Give the integration key." })
      .trim()
      .regex(/^[A-Za-z0-9]{32}$/, "An integration key has 32 letters and digits."),
    severity: z
      .enum(["critical", "error", "warning", "info"], { error: "Choose a severity." })
      .default("critical"),
    region: Region,
    /** The address of a proxy that speaks PagerDuty's API, if there is one. */
    server: serverUrl.optional(),
  }),
  fields: [
    secretField({
      name: "key",
      label: "Integration key",
      help: "From PagerDuty: the service → Integrations → Add an integration → Events API V2.",
    }),
    field({
      name: "severity",
      label: "Severity",
      help: "The severity of a down alert in PagerDuty.",
      input: "choice",
      required: false,
      choices: ["critical", "error", "warning", "info"].map((value) => ({ value, label: value })),
    }),
    regionField,
  ],
  rateLimit: { concurrency: 4, perSecond: 10, perSecondInAll: 50 },
  hint: ({ key }) => `key …${key.slice(-4)}`,
  request: ({ key, severity, region, server }, message) =>
    jsonRequest(`${server ?? SERVERS[region]}/v2/enqueue`, payload({ key, severity }, message), {
      onlyHosts: server === undefined ? ["pagerduty.com"] : null,
    }),
  answers: {
    provider: "PagerDuty",
    providerRefusal: z.object({ status: z.string(), message: z.string() }),
    accepted: z
      .object({ status: z.literal("success"), dedup_key: z.string() })
      .transform((body) => body.dedup_key),
    permanent: [
      [
        /invalid routing key|routing_key|^401\b|^403\b/i,
        "PagerDuty does not know the integration key, or its service is switched off.",
      ],
      [/^404\b/, "PagerDuty does not know the integration key in this region."],
    ],
  },
});

/** The deduplication key links an up to its down, and makes a repeated attempt the same event. */
function payload(
  settings: { key: string; severity: string },
  message: AlertMessage,
): Record<string, unknown> {
  const isOver = message.tone === "good";
  const event = {
    routing_key: settings.key,
    event_action: isOver ? "resolve" : "trigger",
    dedup_key: incidentKey(message),
  };
  return isOver ? event : { ...event, ...details(message, settings.severity) };
}

function details(message: AlertMessage, severity: string): Record<string, unknown> {
  const { facts } = message;
  const { project, check } = shortNames(message);
  const isBad = message.tone === "bad";
  return {
    client: "Overdue",
    client_url: message.link,
    links: [{ href: message.link, text: "Open in Overdue" }],
    payload: {
      summary: clipEnd(titleAndSentence(message), SUMMARY_CHARS_MAX),
      source: check || "Overdue",
      severity: isBad ? severity : "info",
      ...(facts.flip !== null && { timestamp: new Date(facts.flip.at).toISOString() }),
      component: project,
      ...(facts.incident !== null && { class: facts.incident.reason }),
      custom_details: {
        ...Object.fromEntries(message.lines.map(({ label, value }) => [label, value])),
        ...(message.output !== null && { [outputTitle(message)]: message.output }),
      },
    },
  };
}
