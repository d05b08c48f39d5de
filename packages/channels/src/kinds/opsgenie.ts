import { z } from "zod";

import { serverUrl } from "../address.ts";
import { readBy } from "../answers.ts";
import { field, secretField, tokenText } from "../fields.ts";
import { defineKind, type HttpRequest, type Skip } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { incidentKey } from "../message/incident-key.ts";
import { bodyText, isForTheRecord, namesOf, saidText } from "../message/pieces.ts";
import { clipEnd } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

/** Opsgenie's limits, in characters. */
const MESSAGE = 130;
const DESCRIPTION = 15_000;
const SERVERS = { us: "https://api.opsgenie.com", eu: "https://api.eu.opsgenie.com" };
const PRIORITIES = ["P1", "P2", "P3", "P4", "P5"] as const;

const settings = z.strictObject({
  key: tokenText("Give the API key of an API integration."),
  priority: z.enum(PRIORITIES, { error: "Choose a priority." }).default("P1"),
  region: z.enum(["us", "eu"], { error: "Choose a region." }).default("us"),
  /** For a proxy that speaks Opsgenie's API. */
  server: serverUrl.optional(),
});
type Settings = z.output<typeof settings>;

export const opsgenie = defineKind({
  title: "Opsgenie",
  summary: "Opens an alert on a down and closes it on the up.",
  group: "on-call",
  forMachines: true,
  schema: settings,
  fields: [
    secretField({
      name: "key",
      label: "API key",
      help: "From Opsgenie: Teams → the team → Integrations → Add integration → API. Jira Service Management speaks the same API.",
    }),
    field({
      name: "priority",
      label: "Priority",
      help: "What a down is to Opsgenie.",
      input: "choice",
      required: false,
      choices: PRIORITIES.map((value) => ({ value, label: value })),
    }),
    field({
      name: "region",
      label: "Region",
      help: "Where the account is.",
      input: "choice",
      required: false,
      choices: [
        { value: "us", label: "United States" },
        { value: "eu", label: "Europe" },
      ],
    }),
  ],
  pace: { atOnce: 2, perSecond: 5, inAllPerSecond: 50 },
  hint: ({ key }) => `key …${key.slice(-4)}`,
  open: (channel) => ({ via: "http", request: (message) => request(channel, message), read }),
});

/** The alias ties the closing to the alert, and makes a repeated attempt the same alert. */
function request(channel: Settings, message: AlertMessage): HttpRequest | Skip {
  if (isForTheRecord(message)) return { skip: "Opsgenie keeps incidents, and a run is none." };
  const alerts = `${channel.server ?? SERVERS[channel.region]}/v2/alerts`;
  const rest = {
    headers: { authorization: `GenieKey ${channel.key}` },
    onlyHosts: channel.server === undefined ? ["opsgenie.com", "atlassian.com"] : null,
  };
  if (message.tone !== "good") return jsonRequest(alerts, opening(channel, message), rest);
  const close = `${alerts}/${incidentKey(message)}/close?identifierType=alias`;
  const note = clipEnd(saidText(message), DESCRIPTION);
  return jsonRequest(close, { source: "Overdue", user: "Overdue", note }, rest);
}

function opening(channel: Settings, message: AlertMessage): Record<string, unknown> {
  const { project, check } = namesOf(message);
  return {
    message: clipEnd(message.title, MESSAGE),
    alias: incidentKey(message),
    description: bodyText(message, DESCRIPTION),
    entity: check || "Overdue",
    source: "Overdue",
    priority: message.tone === "bad" ? channel.priority : "P5",
    details: {
      project,
      link: message.link,
      ...(message.facts.incident !== null && { reason: message.facts.incident.reason }),
    },
  };
}

const read = readBy({
  provider: "Opsgenie",
  own: z.object({ message: z.string(), took: z.number() }),
  good: z.object({ requestId: z.string() }).transform(({ requestId }) => requestId),
  gone: [
    [
      /^401\b|^403\b|could not authenticate|Key format is not valid/i,
      "Opsgenie does not know the API key, or it may not create alerts.",
    ],
    [/^402\b/, "The account does not include this API."],
  ],
});
