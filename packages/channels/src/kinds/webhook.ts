import { z } from "zod";

import { hookUrl, hostOf } from "../address.ts";
import { summary, usualOutcome } from "../answers.ts";
import { defineKind, type HttpAnswer, type Outcome } from "../kind.ts";
import type { AlertFacts, AlertMessage } from "../message/alert.ts";
import { plainText } from "../message/compose.ts";
import { exitMeaning } from "../message/exit-status.ts";
import { clipEnd } from "../message/text.ts";

const HEADERS = 10;
const NAME = 200;
/** RFC 9110 token, and visible ASCII or spaces. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const HEADER_VALUE = /^[\x20-\x7e\t]{0,1000}$/;
/** Names that would change how the request is read, or pretend to be somebody in between. */
const RESERVED =
  /^(host|content-length|content-type|content-encoding|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|cookie|proxy-.*|x-forwarded-.*|forwarded|via|x-real-ip|metadata-flavor|metadata|x-aws-.*|x-google-.*|webhook-.*)$/i;

const headers = z
  .record(
    z
      .string()
      .regex(HEADER_NAME, "A header's name is made of letters, digits and dashes.")
      .refine(
        (name) => !RESERVED.test(name),
        "This header is set by Overdue or by the way there; leave it out.",
      ),
    z.string().regex(HEADER_VALUE, "A header's value is one line of plain ASCII."),
  )
  .refine((all) => Object.keys(all).length <= HEADERS, `At most ${HEADERS} headers.`);

const settings = z.strictObject({
  url: hookUrl,
  secret: z
    .string()
    .trim()
    .regex(
      /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/,
      "Give a secret of the form whsec_… with 24 to 64 bytes in base64.",
    )
    .optional(),
  headers: headers.optional(),
});

export const webhook = defineKind({
  title: "Webhook",
  summary: "A signed JSON document, posted to an address of yours.",
  group: "other",
  forMachines: true,
  schema: settings,
  fields: [
    {
      name: "url",
      label: "Address",
      help: "Gets a POST for every alert. Private addresses only where the operator allows them.",
      placeholder: "https://example.org/hooks/overdue",
      input: "url",
      secret: true,
      required: true,
    },
    {
      name: "secret",
      label: "Signing secret",
      help: "For the header webhook-signature (Standard Webhooks). Empty: one is made and shown once.",
      placeholder: "whsec_…",
      input: "password",
      secret: true,
      required: false,
    },
    {
      name: "headers",
      label: "Headers",
      help: "Sent with every request, such as Authorization.",
      placeholder: "",
      input: "pairs",
      secret: true,
      required: false,
    },
  ],
  pace: { atOnce: 200, perSecond: 1_000, inAllPerSecond: 2_000 },
  hint: ({ url }) => `${hostOf(url)}/…`,
  made: (given): Record<string, string> => (given.secret === undefined ? { secret: newSecret() } : {}),
  open: (channel) => ({
    via: "http",
    request: (message) => ({
      method: "POST",
      url: channel.url,
      headers: { ...channel.headers, "content-type": "application/json" },
      body: JSON.stringify(payload(message)),
      trusted: false,
      onlyHosts: null,
      signed: { id: message.deliveryId, secret: channel.secret ?? "" },
    }),
    read,
  }),
});

/** The document, as docs/webhooks.md describes it: `type`, `timestamp`, `data` by Standard Webhooks. */
export function payload(message: AlertMessage): Record<string, unknown> {
  const { facts } = message;
  return {
    type: facts.check === null ? message.kind : `check.${message.kind}`,
    timestamp: isoOrNull(facts.flip?.at),
    data: {
      delivery_id: facts.deliveryId,
      project: named(facts.project),
      channel: named(facts.channel),
      check: facts.check === null ? null : { ...named(facts.check), url: message.link },
      status: statusOf(facts),
      title: message.title,
      text: plainText(message),
      ...whatHappened(facts),
      output: message.output,
      may_repeat: facts.uncertain,
    },
  };
}

function named({ id, name }: { id: string; name: string }) {
  return { id, name: clipEnd(name, NAME) };
}

function statusOf({ kind }: AlertFacts): "down" | "up" | null {
  if (kind === "reminder") return "down";
  return kind === "down" || kind === "up" ? kind : null;
}

function whatHappened({ incident, flip, lastPing, check, kind }: AlertFacts): Record<string, unknown> {
  const evidence = incident?.evidence;
  const exit = lastPing?.exitStatus ?? null;
  return {
    reason: incident?.reason ?? null,
    timezone: check?.timezone ?? null,
    expected_at: isoOrNull(evidence?.expectedAt),
    deadline_at: isoOrNull(evidence?.deadlineAt),
    last_heard_at: isoOrNull(lastPing?.at ?? evidence?.lastHeardAt),
    last_heard_kind: lastPing?.kind ?? null,
    exit_status: exit,
    exit_meaning: exit === null ? null : exitMeaning(exit),
    down_since: isoOrNull(incident?.openedAt),
    down_seconds:
      kind === "up" && incident !== null && flip !== null
        ? Math.round((flip.at - incident.openedAt) / 1_000)
        : null,
  };
}

function isoOrNull(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}

function read(answer: HttpAnswer): Outcome {
  if (answer.status === 410) return { outcome: "permanent", because: summary(answer) };
  return usualOutcome(answer);
}

function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
