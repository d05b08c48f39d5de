import { z } from "zod";

import { serverUrl } from "../addresses.ts";
import { field, secretField, tokenText, Region, regionField } from "../fields.ts";
import { defineHttpKind, type HttpRequest } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { bodyText, incidentKey, shortNames, titleAndSentence } from "../message/parts.ts";
import { clipEnd } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

/** Opsgenie's limits, in characters. */
const MESSAGE_CHARS_MAX = 130;
const DESCRIPTION_CHARS_MAX = 15_000;
const SERVERS = { us: "https://api.opsgenie.com", eu: "https://api.eu.opsgenie.com" };
const PRIORITIES = ["P1", "P2", "P3", "P4", "P5"] as const;

const schema = z.strictObject({
  key: tokenText("Give the API key of an API integration."),
  priority: z.enum(PRIORITIES, { error: "Choose a priority." }).default("P1"),
  region: Region,
  /** The address of a proxy that speaks Opsgenie's API, if there is one. */
  server: serverUrl.optional(),
});
type Settings = z.output<typeof schema>;

export const opsgenie = defineHttpKind({
  title: "Opsgenie",
  summary: "Opens an alert on a down and closes it on the up.",
  group: "on-call",
  forMachines: true,
  onlyIncidents: true,
  schema,
  fields: [
    secretField({
      name: "key",
      label: "API key",
      help: "From Opsgenie: Teams → the team → Integrations → Add integration → API. Jira Service Management speaks the same API.",
    }),
    field({
      name: "priority",
      label: "Priority",
      help: "The priority of a down alert in Opsgenie.",
      input: "choice",
      required: false,
      choices: PRIORITIES.map((value) => ({ value, label: value })),
    }),
    regionField,
  ],
  rateLimit: { concurrency: 2, perSecond: 5, perSecondInAll: 50 },
  hint: ({ key }) => `key …${key.slice(-4)}`,
  request,
  answers: {
    provider: "Opsgenie",
    providerRefusal: z.object({ message: z.string(), took: z.number() }),
    accepted: z.object({ requestId: z.string() }).transform(({ requestId }) => requestId),
    permanent: [
      [
        /^401\b|^403\b|could not authenticate|Key format is not valid/i,
        "Opsgenie does not know the API key, or it may not create alerts.",
      ],
      [/^402\b/, "The account does not include this API."],
    ],
  },
});

/** The alias links the closing to its alert, and makes a repeated attempt the same alert. */
function request(settings: Settings, message: AlertMessage): HttpRequest {
  const alerts = `${settings.server ?? SERVERS[settings.region]}/v2/alerts`;
  const rest = {
    headers: { authorization: `GenieKey ${settings.key}` },
    onlyHosts: settings.server === undefined ? ["opsgenie.com", "atlassian.com"] : null,
  };
  if (message.tone !== "good") return jsonRequest(alerts, opening(settings, message), rest);
  const close = `${alerts}/${incidentKey(message)}/close?identifierType=alias`;
  const note = clipEnd(titleAndSentence(message), DESCRIPTION_CHARS_MAX);
  return jsonRequest(close, { source: "Overdue", user: "Overdue", note }, rest);
}

function opening(settings: Settings, message: AlertMessage): Record<string, unknown> {
  const { project, check } = shortNames(message);
  return {
    message: clipEnd(message.title, MESSAGE_CHARS_MAX),
    alias: incidentKey(message),
    description: bodyText(message, DESCRIPTION_CHARS_MAX),
    entity: check || "Overdue",
    source: "Overdue",
    priority: message.tone === "bad" ? settings.priority : "P5",
    details: {
      project,
      link: message.link,
      ...(message.facts.incident !== null && { reason: message.facts.incident.reason }),
    },
  };
}
