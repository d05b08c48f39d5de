import { z } from "zod";

import { serverUrl } from "../address.ts";
import { readBy } from "../answers.ts";
import { field, phoneNumber, secretField } from "../fields.ts";

/** What text messages and phone calls by Twilio have in common. */

const NUMBER = "Give the number with its country, such as +491701234567.";

export const twilioSettings = {
  account: z
    .string({ error: "Give the account SID." })
    .trim()
    .regex(/^AC[0-9a-f]{32}$/i, "An account SID is AC and 32 hexadecimal digits."),
  token: z
    .string({ error: "Give the auth token." })
    .trim()
    .regex(/^(SK[0-9a-f]{32}:)?[A-Za-z0-9]{32}$/, "Give the auth token, or an API key as SK…:secret."),
  to: phoneNumber(NUMBER),
  /** For a proxy that speaks Twilio's API. */
  server: serverUrl.default("https://api.twilio.com"),
};

export const twilioFields = [
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
  field({ name: "to", label: "To", help: "The phone that is told.", placeholder: "+491701234567" }),
] as const;

export const onlyTwilio = ["twilio.com"];

/** The user and password of a request: the account itself, or an API key. */
export function twilioLogin(account: string, token: string): [user: string, password: string] {
  const [key, secret] = token.split(":");
  return key !== undefined && secret !== undefined ? [key, secret] : [account, token];
}

export function twilioUrl(channel: { server: string; account: string }, what: "Messages" | "Calls"): string {
  return `${channel.server}/2010-04-01/Accounts/${channel.account}/${what}.json`;
}

/** Twilio's error codes, as its REST API answers them. */
export const readTwilio = readBy({
  provider: "Twilio",
  own: z.object({ code: z.number(), message: z.string() }),
  good: z.object({ sid: z.string() }).transform(({ sid }) => sid),
  gone: [
    [/"code": ?20003\b|^401\b/, "Twilio does not know the account or its token."],
    [
      /"code": ?(21211|21201|21217|21401)\b/,
      "Twilio does not take this number: is it complete, with its country?",
    ],
    [/"code": ?21610\b/, "This number has replied STOP, and gets no more messages."],
    [/"code": ?21614\b/, "This number takes no text messages."],
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
});
