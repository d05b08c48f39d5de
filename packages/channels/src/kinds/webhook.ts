import { z } from "zod";

import { hookUrl, hostOf } from "../address.ts";
import { summary, usualOutcome } from "../answers.ts";
import { defineKind, type HttpAnswer, type HttpRequest, type Outcome, type Skip } from "../kind.ts";
import { field, secretField } from "../fields.ts";
import type { AlertMessage } from "../message/alert.ts";
import { statusWord } from "../message/status.ts";
import { webhookDocument } from "./webhook-document.ts";
import { fillBody, fillHeader, fillUrl } from "./webhook-template.ts";

const HEADERS = 10;
/** RFC 9110 token, and visible ASCII or spaces. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const HEADER_VALUE = /^[\x20-\x7e\t]{0,1000}$/;
/** Names that would change how the request is read, or pretend to be somebody in between. */
const RESERVED =
  /^(host|content-length|content-encoding|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|cookie|proxy-.*|x-forwarded-.*|forwarded|via|x-real-ip|metadata-flavor|metadata|x-aws-.*|x-google-.*|webhook-.*)$/i;

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

const METHODS = ["POST", "PUT", "PATCH", "GET"] as const;
const template = z.string().max(10_000, "A body may have at most 10,000 characters.");
const methods = METHODS.map((value) => ({ value, label: value }));

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
  tells: z.enum(["both", "down", "up"], { error: "Choose what it hears." }).default("both"),
  method: z.enum(METHODS, { error: "Choose a method." }).default("POST"),
  body: template.optional(),
  upUrl: hookUrl.optional(),
  upMethod: z.enum(METHODS, { error: "Choose a method." }).optional(),
  upBody: template.optional(),
});
type Settings = z.output<typeof settings>;

export const webhook = defineKind({
  title: "Webhook",
  summary: "A signed JSON document, posted to an address of yours.",
  group: "other",
  forMachines: true,
  schema: settings,
  fields: [
    field({
      name: "url",
      label: "Address",
      help: "Is called for every alert. Private addresses only where the operator allows them. Placeholders such as $NAME may stand behind the host.",
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
      choices: methods,
    }),
    field({
      name: "body",
      label: "Body",
      help: "Empty: a JSON document that tells everything. Placeholders: $NAME, $STATUS, $CODE, $NOW, $SLUG, $TAGS, $TAG1, $EXITSTATUS, $BODY, and as JSON $NAME_JSON, $TAGS_JSON, $BODY_JSON, $JSON. They are escaped as the type of the body wants it.",
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
      name: "tells",
      label: "What it hears",
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
      choices: [{ value: "", label: "The same" }, ...methods],
    }),
    field({
      name: "upBody",
      label: "Body for what comes up",
      help: "Empty: the same.",
      input: "paragraph",
      required: false,
    }),
  ],
  pace: { atOnce: 200, perSecond: 1_000, inAllPerSecond: 2_000 },
  hint: ({ url }) => `${hostOf(url)}/…`,
  made: (given): Record<string, string> => (given.secret === undefined ? { secret: newSecret() } : {}),
  open: (channel) => ({ via: "http", request: (message) => request(channel, message), read }),
});

type Side = "down" | "up" | "neither" | "any";

/** What a word says to a webhook that hears only one side. A run that failed is no news of what comes up. */
const SIDES: Record<string, Side> = {
  down: "down",
  fail: "down",
  lost: "down",
  up: "up",
  success: "neither",
  notice: "neither",
};

function sideOf(message: AlertMessage): Side {
  return SIDES[statusWord(message)] ?? "any";
}

function request(channel: Settings, message: AlertMessage): HttpRequest | Skip {
  const side = sideOf(message);
  if (channel.tells !== "both" && side !== "any" && side !== channel.tells) {
    return { skip: `This webhook hears only what goes ${channel.tells}.` };
  }
  const { url, method, body } = wayFor(channel, message);
  const headers = headersOf(channel, message, body);
  return {
    method,
    url: fillUrl(url, message),
    headers,
    body: method === "GET" ? "" : contentOf(body, message, channel.headers),
    trusted: false,
    onlyHosts: null,
    signed: { id: message.deliveryId, secret: channel.secret ?? "" },
  };
}

/** What comes up may go another way. So does what goes neither way, where the first can only mean "down". */
function wayFor(channel: Settings, message: AlertMessage) {
  const { url, method, body, upUrl, upMethod, upBody } = channel;
  const side = sideOf(message);
  const meansDown = !/\$(STATUS|JSON)/.test(
    `${url} ${body ?? "$JSON"} ${Object.values(channel.headers ?? {}).join(" ")}`,
  );
  return side === "up" || (side === "neither" && meansDown)
    ? { url: upUrl ?? url, method: upMethod ?? method, body: upBody ?? body }
    : { url, method, body };
}

function contentOf(
  body: string | undefined,
  message: AlertMessage,
  own: Record<string, string> | undefined,
): string {
  if (body === undefined) return JSON.stringify(webhookDocument(message));
  const type = Object.entries(own ?? {}).find(([name]) => name.toLowerCase() === "content-type")?.[1];
  return fillBody(body, message, type);
}

/** The person's own come last, so that they may name another type of content. */
function headersOf(channel: Settings, message: AlertMessage, body: string | undefined) {
  const own = Object.entries(channel.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    fillHeader(value, message),
  ]);
  const type = body === undefined ? "application/json" : "text/plain; charset=utf-8";
  return { "content-type": type, ...Object.fromEntries(own) };
}

function read(answer: HttpAnswer): Outcome {
  if (answer.status === 410) return { outcome: "permanent", because: summary(answer) };
  return usualOutcome(answer);
}

function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
