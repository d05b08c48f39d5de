import { z } from "zod";

import { hostIn, webhookUrl } from "../addresses.ts";
import { outcomeByStatus } from "../answers.ts";
import { field, secretField } from "../fields.ts";
import { defineHttpKind, type HttpAnswer, type Outcome, type Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { bodyText, incidentKey, mainActions } from "../message/parts.ts";
import { clipBytes, clipEnd } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

const HOUR_SECONDS = 3_600;
/** A push service accepts 4,096 bytes. Encryption uses about 100 of them, and links some 600. */
const TEXT_BYTES_MAX = 1_200;
const PLAIN_TEXT_BYTES_MAX = 300;
const TITLE_CHARS_MAX = 120;
/** RFC 8030 allows 32 characters of the base64url alphabet. */
const TOPIC_CHARS_MAX = 32;
const AGAIN = "Open Overdue on that device and add the channel again.";

const endpoint = webhookUrl.refine(
  (url) => url.startsWith("https:"),
  "The address must begin with https://.",
);
const keyText = (bytes: number, message: string) =>
  z
    .string({ error: message })
    .trim()
    .regex(new RegExp(`^[\\w-]{${Math.ceil((bytes * 4) / 3)}}={0,2}$`), message)
    .transform((text) => text.replaceAll("=", ""));

/** Notifications to a browser, through the subscription that the browser created (Push API, RFC 8030 and 8291). */
export const webPush = defineHttpKind({
  title: "This browser or phone",
  summary: "Notifications on this device, also while Overdue is not open.",
  group: "push",
  schema: z.strictObject({
    endpoint,
    p256dh: keyText(65, "Give the subscription's key p256dh: 65 bytes in base64url."),
    auth: keyText(16, "Give the subscription's secret auth: 16 bytes in base64url."),
    device: z.string().trim().max(80, "Use at most 80 characters.").default(""),
  }),
  fields: [
    field({
      name: "device",
      label: "Device",
      help: "Such as Firefox on Linux.",
      placeholder: "Chrome on Android",
      required: false,
    }),
    field({
      name: "endpoint",
      label: "Endpoint",
      help: "The address of the subscription, given by the browser.",
      placeholder: "https://…",
      input: "url",
      secret: true,
    }),
    secretField({ name: "p256dh", label: "Key p256dh", help: "Given by the browser." }),
    secretField({ name: "auth", label: "Secret auth", help: "Given by the browser." }),
  ],
  rateLimit: { concurrency: 2, perSecond: 5, perSecondInAll: 50 },
  hint: ({ device, endpoint: url }) => (device === "" ? hostIn(url) : `${device} (${hostIn(url)})`),
  request: ({ endpoint: url, p256dh, auth }, message, { style }) => ({
    ...jsonRequest(url, payload(message, style)),
    push: {
      p256dh,
      auth,
      ttlSeconds: ttlSeconds(message),
      urgency: urgency(message),
      topic: topicOf(message),
    },
  }),
  answers: readAnswer,
});

/** A device that saves power shows urgent messages at once, and others when it wakes. */
function urgency({ tone, silent, facts }: AlertMessage) {
  if (silent) return "low" as const;
  return tone === "bad" && facts.check?.severity !== "info" ? ("high" as const) : ("normal" as const);
}

/** How long the push service keeps a message for an offline device: a day, and less if it is not urgent. */
function ttlSeconds({ tone, facts }: AlertMessage): number {
  if (tone === "neutral") return HOUR_SECONDS;
  return facts.check?.severity === "info" ? 4 * HOUR_SECONDS : 24 * HOUR_SECONDS;
}

/** A recovery has the topic of its alert, so that it replaces the alert if the device was offline. */
function topicOf(message: AlertMessage): string {
  return incidentKey(message)
    .replace(/^overdue-/, "")
    .replaceAll(/[^\w]/g, "")
    .slice(0, TOPIC_CHARS_MAX);
}

/** What the service worker of the web app shows (`apps/web/public/sw.js`). */
function payload(message: AlertMessage, style: Style) {
  const [action] = mainActions(message);
  return {
    title: clipEnd(message.title, TITLE_CHARS_MAX),
    body: clipBytes(
      bodyText({ ...message, link: "" }, TEXT_BYTES_MAX).trim(),
      style === "rich" ? TEXT_BYTES_MAX : PLAIN_TEXT_BYTES_MAX,
    ),
    tag: topicOf(message),
    link: message.link,
    silent: message.silent,
    ...(action !== undefined && { action: { label: action.label, url: action.url } }),
  };
}

/**
 * Push services follow RFC 8030 and 8292, and differ in the rest: FCM and Mozilla answer 403 or 401 if a subscription was
 * made with other keys; Apple answers 403 also if the contact in the token is not a real address; and Microsoft answers 406
 * instead of 429.
 */
function readAnswer(answer: HttpAnswer): Outcome {
  const byStatus = outcomeByStatus(answer);
  const { because } = byStatus;
  switch (answer.status) {
    case 404:
    case 410:
      return {
        outcome: "permanent",
        because: `This device takes no notifications any more: they were switched off, or the browser was reset. ${AGAIN} (${because})`,
      };
    case 406:
      return outcomeByStatus({ ...answer, status: 429 });
    case 413:
      return { outcome: "plain", because };
    case 400:
    case 401:
    case 403:
      return refusedKeys(answer, because);
    default:
      return byStatus;
  }
}

const OTHER_KEYS =
  /UnauthorizedRegistration|do not correspond|VapidPkHashMismatch|"errno": ?109|does not match/i;
const BAD_CONTACT = /BadJwtToken/;

function refusedKeys({ body }: HttpAnswer, because: string): Outcome {
  if (OTHER_KEYS.test(body)) {
    return {
      outcome: "permanent",
      because: `The device subscribed to this instance while it had other keys. ${AGAIN} (${because})`,
    };
  }
  if (BAD_CONTACT.test(body)) {
    return {
      outcome: "operator",
      because: `Apple wants a real address of this instance: the operator must set PUBLIC_URL to its https address, or MAIL_FROM. The machine's clock must be right, too. (${because})`,
    };
  }
  return { outcome: "transient", because, uncertain: false };
}
