import { z } from "zod";

import { PROVIDER_HOSTS, webhookUrl } from "../addresses.ts";
import type { AlertMessage } from "../message/alert.ts";
import { bodyText, incidentKey, shortNames } from "../message/parts.ts";
import { clipEnd } from "../message/text.ts";
import { defineSecretUrlKind } from "../secret-url-kind.ts";

const TEXT_CHARS_MAX = 10_000;
const NAME_CHARS_MAX = 255;
const MESSAGE_TYPES = { bad: "CRITICAL", good: "RECOVERY", neutral: "INFO" };

export const splunkOnCall = defineSecretUrlKind({
  title: "Splunk On-Call",
  summary: "Opens an incident on a down and resolves it on the up.",
  group: "on-call",
  forMachines: true,
  onlyIncidents: true,
  url: {
    label: "REST endpoint",
    help: "From Splunk On-Call (VictorOps): Integrations → REST – Generic → the URL to notify, with your routing key at its end.",
    placeholder: "https://alert.victorops.com/integrations/generic/…/alert/…/my-team",
    schema: webhookUrl.refine(
      (url) => !url.includes("routing_key"),
      "Put your routing key in the place of $routing_key.",
    ),
  },
  hosts: PROVIDER_HOSTS["splunk-on-call"],
  rateLimit: { concurrency: 2, perSecond: 5, perSecondInAll: 50 },
  hint: (url) => `routing key ${url.replace(/\/+$/, "").split("/").at(-1) ?? ""}`,
  payload,
  answers: {
    provider: "Splunk On-Call",
    providerRefusal: z.object({ result: z.string() }),
    accepted: z
      .object({ result: z.literal("success"), entity_id: z.string().optional() })
      .transform((body) => body.entity_id ?? null),
    permanent: [
      [
        /^404\b|^401\b|^403\b/,
        "Splunk On-Call does not know the key in the URL, or the REST integration is switched off.",
      ],
    ],
  },
});

/** The entity id links the recovery to its incident, and makes a repeated attempt the same event. */
function payload(message: AlertMessage): Record<string, unknown> {
  const { facts, tone } = message;
  return {
    message_type: MESSAGE_TYPES[tone],
    entity_id: incidentKey(message),
    entity_display_name: clipEnd(message.title, NAME_CHARS_MAX),
    state_message: bodyText(message, TEXT_CHARS_MAX),
    ...(facts.incident !== null && { state_start_time: Math.floor(facts.incident.openedAt / 1_000) }),
    monitoring_tool: "Overdue",
    project: shortNames(message).project,
    "vo_annotate.u.Open in Overdue": message.link,
  };
}
