import { z } from "zod";

import { hookUrl } from "../address.ts";
import { readBy } from "../answers.ts";
import { field } from "../fields.ts";
import { PROVIDER_HOSTS } from "../hosts.ts";
import { defineKind } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { incidentKey } from "../message/incident-key.ts";
import { bodyText, isForTheRecord, namesOf } from "../message/pieces.ts";
import { clipEnd } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

const TEXT = 10_000;
const NAME = 255;
const MESSAGE_TYPES = { bad: "CRITICAL", good: "RECOVERY", neutral: "INFO" };

export const splunkOnCall = defineKind({
  title: "Splunk On-Call",
  summary: "Opens an incident on a down and resolves it on the up.",
  group: "on-call",
  forMachines: true,
  schema: z.strictObject({
    url: hookUrl.refine(
      (url) => !url.includes("routing_key"),
      "Put your routing key in the place of $routing_key.",
    ),
  }),
  fields: [
    field({
      name: "url",
      label: "REST endpoint",
      help: "From Splunk On-Call (VictorOps): Integrations → REST – Generic → the URL to notify, with your routing key at its end.",
      placeholder: "https://alert.victorops.com/integrations/generic/…/alert/…/my-team",
      input: "url",
      secret: true,
    }),
  ],
  hosts: PROVIDER_HOSTS["splunk-on-call"],
  pace: { atOnce: 2, perSecond: 5, inAllPerSecond: 50 },
  hint: ({ url }) => `routing key ${url.replace(/\/+$/, "").split("/").at(-1) ?? ""}`,
  open: ({ url }) => ({
    via: "http",
    request: (message) =>
      isForTheRecord(message)
        ? { skip: "Splunk On-Call keeps incidents, and a run is none." }
        : jsonRequest(url, payload(message), {
            onlyHosts: PROVIDER_HOSTS["splunk-on-call"],
          }),
    read,
  }),
});

/** The entity ties the recovery to its incident, and makes a repeated attempt the same event. */
function payload(message: AlertMessage): Record<string, unknown> {
  const { facts } = message;
  const { tone } = message;
  return {
    message_type: MESSAGE_TYPES[tone],
    entity_id: incidentKey(message),
    entity_display_name: clipEnd(message.title, NAME),
    state_message: bodyText(message, TEXT),
    ...(facts.incident !== null && { state_start_time: Math.floor(facts.incident.openedAt / 1_000) }),
    monitoring_tool: "Overdue",
    project: namesOf(message).project,
    "vo_annotate.u.Open in Overdue": message.link,
  };
}

const read = readBy({
  provider: "Splunk On-Call",
  own: z.object({ result: z.string() }),
  good: z
    .object({ result: z.literal("success"), entity_id: z.string().optional() })
    .transform((said) => said.entity_id ?? null),
  gone: [
    [
      /^404\b|^401\b|^403\b/,
      "Splunk On-Call does not know the key in the URL, or the REST integration is switched off.",
    ],
  ],
});
