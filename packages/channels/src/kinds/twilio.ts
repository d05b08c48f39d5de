import { z } from "zod";

import { serverUrl } from "../addresses.ts";
import type { AnswerRules } from "../answers.ts";
import { field, phoneNumber, secretField } from "../fields.ts";
import { defineHttpKind } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { isForTheRecord, shortText, titleAndSentence } from "../message/parts.ts";
import { clipEnd, escapeXml } from "../message/text.ts";
import { basicAuth, formRequest } from "../request.ts";

/** Text messages and phone calls through a Twilio account. */

/** Six parts of a Unicode message. Each part costs money, so links to actions are left out; the app's page has them. */
const SMS_CHARS_MAX = 400;
/** About half a minute of speech. */
const CALL_CHARS_MAX = 400;

const account = {
  account: z
    .string({ error: "Give the account SID." })
    .trim()
    .regex(/^AC[0-9a-f]{32}$/i, "An account SID is AC and 32 hexadecimal digits."),
  token: z
    .string({ error: "Give the auth token." })
    .trim()
    .regex(/^(SK[0-9a-f]{32}:)?[A-Za-z0-9]{32}$/, "Give the auth token, or an API key as SK…:secret."),
  to: phoneNumber("Give the number with its country, such as +491701234567."),
  /** The address of a proxy that speaks Twilio's API, if there is one. */
  server: serverUrl.default("https://api.twilio.com"),
};
type Account = z.output<z.ZodObject<typeof account>>;

const accountFields = [
  field({
    name: "account",
    label: "Account SID",
    help: "On the first page of the Twilio console.",
    placeholder: "AC…",
  }),
  secretField({
    name: "token",
    label: "Auth token",
    help: "Beside the account SID; or an API key, as SK…:secret.",
  }),
  field({ name: "to", label: "To", help: "The phone to reach.", placeholder: "+491701234567" }),
] as const;

/** Twilio's responses, by its error codes. */
const answers: AnswerRules = {
  provider: "Twilio",
  providerRefusal: z.object({ code: z.number(), message: z.string() }),
  accepted: z.object({ sid: z.string() }).transform(({ sid }) => sid),
  permanent: [
    [/"code": ?20003\b|^401\b/, "Twilio does not know the account or its token."],
    [
      /"code": ?(21211|21201|21217|21401)\b/,
      "Twilio does not accept this number: check that it is complete, with its country code.",
    ],
    [/"code": ?21610\b/, "This number has replied STOP, and gets no more messages."],
    [/"code": ?21614\b/, "This number cannot receive text messages."],
    [
      /"code": ?(21408|21215|13227)\b/,
      "The account may not send to this country: allow it in the Twilio console.",
    ],
    [
      /"code": ?(21606|21603|21659|21660|21212|21210|21701|21703)\b/,
      "The sender is not a number or service of this account.",
    ],
    [/"code": ?21608\b/, "A trial account reaches only numbers that were verified in the Twilio console."],
    [/"code": ?(20404|10001|20005)\b|^404\b/, "The account is not active, or there is none of this SID."],
  ],
};

export const sms = defineHttpKind({
  title: "SMS",
  summary: "A text message, by your Twilio account.",
  group: "phone",
  schema: z.strictObject({
    ...account,
    from: z
      .string({ error: "Give a number or messaging service of yours." })
      .trim()
      .regex(
        /^(\+[1-9]\d{6,14}|MG[0-9a-f]{32}|[A-Za-z0-9 ]{1,11})$/,
        "Give a Twilio number, a messaging service (MG…), or a sender's name of at most 11 letters.",
      ),
    recoveries: z.enum(["yes", "no"], { error: "Choose whether recoveries are sent." }).default("yes"),
  }),
  fields: [
    ...accountFields,
    field({
      name: "from",
      label: "From",
      help: "A Twilio number of yours, a messaging service (MG…), or a sender's name where the country allows it.",
      placeholder: "+15550100",
    }),
    field({
      name: "recoveries",
      label: "Recoveries",
      help: "Each message costs.",
      input: "choice",
      required: false,
      choices: [
        { value: "yes", label: "Send those too" },
        { value: "no", label: "Only what goes down" },
      ],
    }),
  ],
  rateLimit: { concurrency: 1, perSecond: 1, perSecondInAll: 20 },
  hint: ({ to }) => to,
  request: (settings, message) => {
    if (message.tone === "good" && settings.recoveries === "no") {
      return { skip: "This channel sends no text messages for recoveries." };
    }
    const from = settings.from.startsWith("MG") ? "MessagingServiceSid" : "From";
    const form = { To: settings.to, [from]: settings.from, Body: shortText(message, SMS_CHARS_MAX) };
    return twilioRequest("Messages", settings, form);
  },
  answers,
});

export const call = defineHttpKind({
  title: "Phone call",
  summary: "A call that reads out what is down, by your Twilio account.",
  group: "phone",
  schema: z.strictObject({
    ...account,
    from: phoneNumber("Give a Twilio number of yours, such as +15550100."),
  }),
  fields: [
    ...accountFields,
    field({
      name: "from",
      label: "From",
      help: "A Twilio number of yours that may call. Recoveries do not ring.",
      placeholder: "+15550100",
    }),
  ],
  rateLimit: { concurrency: 1, perSecond: 0.1, perSecondInAll: 1 },
  hint: ({ to }) => to,
  request: (settings, message) => {
    const { tone } = message;
    if (tone === "good" || isForTheRecord(message) || (tone === "neutral" && message.kind !== "test")) {
      return { skip: "A phone rings only for what goes down." };
    }
    return twilioRequest("Calls", settings, { To: settings.to, From: settings.from, Twiml: twiml(message) });
  },
  answers,
});

function twilioRequest(resource: "Messages" | "Calls", settings: Account, form: Record<string, string>) {
  const url = `${settings.server}/2010-04-01/Accounts/${settings.account}/${resource}.json`;
  return formRequest(url, form, { headers: basicAuth(...login(settings)), onlyHosts: ["twilio.com"] });
}

/** User and password of a request: the account itself, or an API key. */
function login({ account: sid, token }: Account): [user: string, password: string] {
  const [key, secret] = token.split(":");
  return key !== undefined && secret !== undefined ? [key, secret] : [sid, token];
}

/** The text is spoken twice, because a person who was just woken may miss it the first time. */
function twiml(message: AlertMessage): string {
  const text = escapeXml(clipEnd(`This is Overdue. ${titleAndSentence(message)}`, CALL_CHARS_MAX));
  return `<Response><Say loop="2">${text}</Say></Response>`;
}
