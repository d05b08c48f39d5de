import type { Instant } from "@overdue/schedules";
import { z } from "zod";

import { hostIn, webhookUrl } from "../../addresses.ts";
import { answerSummary, outcomeByStatus } from "../../answers.ts";
import { field, secretField } from "../../fields.ts";
import { defineHttpKind, type HttpRequest, type Skip } from "../../kind.ts";
import type { AlertMessage } from "../../message/alert.ts";
import { statusWord, webhookDocument } from "./document.ts";
import { fillBody, fillHeader, fillUrl } from "./template.ts";

const HEADERS_MAX = 10;
/** Names: the characters that RFC 9110 allows. Values: ASCII without control characters. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const HEADER_VALUE = /^[\x20-\x7e\t]{0,1000}$/;
/** Headers that would change how the request is read, or make it look as if a proxy had sent it. */
const RESERVED =
  /^(host|content-length|content-encoding|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|cookie|proxy-.*|x-forwarded-.*|forwarded|via|x-real-ip|metadata-flavor|metadata|x-aws-.*|x-google-.*|webhook-.*)$/i;

const headers = z
  .record(
    z
      .string()
      .regex(HEADER_NAME, "A header's name is made of letters, digits and dashes.")
      .refine(
        (name) => !RESERVED.test(name),
        "This header is set by Overdue or by proxies on the way; leave it out.",
      ),
    z.string().regex(HEADER_VALUE, "A header's value is one line of plain ASCII."),
  )
  .refine((all) => Object.keys(all).length <= HEADERS_MAX, `At most ${HEADERS_MAX} headers.`);

const METHODS = ["POST", "PUT", "PATCH", "GET"] as const;
const bodyTemplate = z.string().max(10_000, "A body may have at most 10,000 characters.");
const methodChoices = METHODS.map((value) => ({ value, label: value }));

const signingSecret = z
  .string()
  .trim()
  .regex(
    /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/,
    "Give a secret of the form whsec_… with 24 to 64 bytes in base64.",
  );

const schema = z.strictObject({
  url: webhookUrl,
  secret: signingSecret.optional(),
  /** While the secret is changed: the one before, which signs too until then. */
  formerSecret: signingSecret.optional(),
  formerSecretUntil: z.iso.datetime({ error: "Give a time such as 2026-11-20T12:00:00Z." }).optional(),
  headers: headers.optional(),
  events: z.enum(["both", "down", "up"], { error: "Choose which events are sent." }).default("both"),
  method: z.enum(METHODS, { error: "Choose a method." }).default("POST"),
  body: bodyTemplate.optional(),
  upUrl: webhookUrl.optional(),
  upMethod: z.enum(METHODS, { error: "Choose a method." }).optional(),
  upBody: bodyTemplate.optional(),
});
type Settings = z.output<typeof schema>;

export const webhook = defineHttpKind({
  title: "Webhook",
  summary: "A signed JSON document, posted to an address of yours.",
  group: "other",
  forMachines: true,
  schema,
  readInput: renameOldSetting,
  fields: [
    field({
      name: "url",
      label: "Address",
      help: "It is called for every alert. A private address works only where the operator allows it. Placeholders such as $NAME may stand after the host.",
      placeholder: "https://example.org/hooks/overdue",
      input: "url",
      secret: true,
    }),
    field({
      name: "method",
      label: "Method",
      help: "GET sends no body.",
      input: "choice",
      required: false,
      choices: methodChoices,
    }),
    field({
      name: "body",
      label: "Body",
      help: "Empty: a JSON document with everything. Placeholders: $NAME, $STATUS, $CODE, $NOW, $SLUG, $TAGS, $TAG1, $EXITSTATUS, $BODY, and as JSON $NAME_JSON, $TAGS_JSON, $BODY_JSON, $JSON. They are escaped as the type of the body needs it.",
      placeholder: '{"text": $NAME_JSON}',
      input: "paragraph",
      required: false,
    }),
    field({
      name: "headers",
      label: "Headers",
      help: "Sent with every request, such as Authorization or Content-Type. Placeholders are filled in.",
      input: "pairs",
      secret: true,
      required: false,
    }),
    secretField({
      name: "secret",
      label: "Signing secret",
      help: "For the header webhook-signature (Standard Webhooks). Empty: one is made and shown once.",
      placeholder: "whsec_…",
      required: false,
    }),
    field({
      name: "events",
      label: "Which events are sent",
      help: "Tests are always sent.",
      input: "choice",
      required: false,
      choices: [
        { value: "both", label: "What goes down and what comes up" },
        { value: "down", label: "Only what goes down" },
        { value: "up", label: "Only what comes up" },
      ],
    }),
    field({
      name: "upUrl",
      label: "Address for what comes up",
      help: "Empty: the same.",
      input: "url",
      secret: true,
      required: false,
    }),
    field({
      name: "upMethod",
      label: "Method for what comes up",
      help: "Empty: the same.",
      input: "choice",
      required: false,
      choices: [{ value: "", label: "The same" }, ...methodChoices],
    }),
    field({
      name: "upBody",
      label: "Body for what comes up",
      help: "Empty: the same.",
      input: "paragraph",
      required: false,
    }),
  ],
  endsWithAddress: ["formerSecret", "formerSecretUntil"],
  rateLimit: { concurrency: 200, perSecond: 1_000, perSecondInAll: 2_000 },
  hint: ({ url }) => `${hostIn(url)}/…`,
  generate: (given): Record<string, string> => (given.secret === undefined ? { secret: newSecret() } : {}),
  request,
  answers: (answer) =>
    answer.status === 410
      ? { outcome: "permanent", because: answerSummary(answer) }
      : outcomeByStatus(answer),
});

/** Until version 0.1 the setting `events` was called `tells`. */
function renameOldSetting({ tells, ...input }: Record<string, unknown>) {
  return { input: tells === undefined ? input : { ...input, events: tells } };
}

/** Which choice of `events` a message belongs to; "any" is always sent. */
type EventSide = "down" | "up" | "neither" | "any";

/** The side of each status word. A successful run does not mean that its check came up, so it is on neither side. */
const SIDES: Record<string, EventSide> = {
  down: "down",
  fail: "down",
  lost: "down",
  up: "up",
  success: "neither",
  notice: "neither",
};

function eventSide(message: AlertMessage): EventSide {
  return SIDES[statusWord(message)] ?? "any";
}

function request(settings: Settings, message: AlertMessage): HttpRequest | Skip {
  const side = eventSide(message);
  if (settings.events !== "both" && side !== "any" && side !== settings.events) {
    return { skip: `This webhook is sent only what goes ${settings.events}.` };
  }
  const { url, method, body } = requestParts(settings, message);
  const headers = filledHeaders(settings, message, body);
  return {
    method,
    url: fillUrl(url, message),
    headers,
    body: method === "GET" ? "" : content(body, message, settings.headers),
    trusted: false,
    onlyHosts: null,
    signed: { id: message.deliveryId, secret: settings.secret ?? "", former: formerOf(settings) },
  };
}

/**
 * Address, method and body for a message. A recovery uses those that were set for recoveries. If the others contain neither
 * $STATUS nor $JSON, their receiver takes every request for a down; a message that is neither down nor up then uses those for
 * recoveries too.
 */
function requestParts(settings: Settings, message: AlertMessage) {
  const { url, method, body, upUrl, upMethod, upBody } = settings;
  const side = eventSide(message);
  const meansDown = !/\$(STATUS|JSON)/.test(
    `${url} ${body ?? "$JSON"} ${Object.values(settings.headers ?? {}).join(" ")}`,
  );
  return side === "up" || (side === "neither" && meansDown)
    ? { url: upUrl ?? url, method: upMethod ?? method, body: upBody ?? body }
    : { url, method, body };
}

function content(
  body: string | undefined,
  message: AlertMessage,
  own: Record<string, string> | undefined,
): string {
  if (body === undefined) return JSON.stringify(webhookDocument(message));
  const type = Object.entries(own ?? {}).find(([name]) => name.toLowerCase() === "content-type")?.[1];
  return fillBody(body, message, type);
}

/** Headers that the person set come last, so that they can replace the content type. */
function filledHeaders(settings: Settings, message: AlertMessage, body: string | undefined) {
  const own = Object.entries(settings.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    fillHeader(value, message),
  ]);
  const type = body === undefined ? "application/json" : "text/plain; charset=utf-8";
  return { "content-type": type, ...Object.fromEntries(own) };
}

function formerOf({ formerSecret, formerSecretUntil }: Settings) {
  if (formerSecret === undefined || formerSecretUntil === undefined) return null;
  return { secret: formerSecret, until: Date.parse(formerSecretUntil) };
}

/**
 * Stored settings of a webhook with another signing secret; the present one signs too until `keepOldUntil`. `secret`: left
 * out, one is made.
 */
export function withNewSecret(
  stored: Record<string, unknown>,
  { secret = newSecret(), keepOldUntil }: { secret?: string | undefined; keepOldUntil: Instant },
): Record<string, unknown> {
  return {
    ...stored,
    secret,
    formerSecret: stored["secret"],
    formerSecretUntil: new Date(keepOldUntil).toISOString(),
  };
}

/** Stored settings of a webhook without the former secret. */
export function withoutFormerSecret(stored: Record<string, unknown>): Record<string, unknown> {
  const { formerSecret: _, formerSecretUntil: __, ...rest } = stored;
  return rest;
}

/** Until when the former secret of a webhook signs too; null: none does at `now`. */
export function formerSecretEnd(stored: Record<string, unknown>, now: Instant): Instant | null {
  const until = Date.parse(String(stored["formerSecretUntil"]));
  return until > now ? until : null;
}

function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
