import { z } from "zod";

import { field } from "../fields.ts";
import { defineKind } from "../kind.ts";
import { shortText } from "../message/pieces.ts";
import { basicAuth, formRequest } from "../request.ts";
import { onlyTwilio, readTwilio, twilioFields, twilioLogin, twilioSettings, twilioUrl } from "./twilio.ts";

/** Six parts of a message in Unicode: each part costs, so the links that act stay out; the page it leads to has them. */
const TEXT = 400;

export const sms = defineKind({
  title: "SMS",
  summary: "A text message, by your Twilio account.",
  group: "phone",
  schema: z.strictObject({
    ...twilioSettings,
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
    ...twilioFields,
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
  pace: { atOnce: 1, perSecond: 1, inAllPerSecond: 20 },
  hint: ({ to }) => to,
  open: (channel) => ({
    via: "http",
    request: (message) => {
      if (message.tone === "good" && channel.recoveries === "no") {
        return { skip: "This channel sends no text messages for recoveries." };
      }
      const from = channel.from.startsWith("MG") ? "MessagingServiceSid" : "From";
      const form = { To: channel.to, [from]: channel.from, Body: shortText(message, TEXT) };
      return formRequest(twilioUrl(channel, "Messages"), form, {
        headers: basicAuth(...twilioLogin(channel.account, channel.token)),
        onlyHosts: onlyTwilio,
      });
    },
    read: readTwilio,
  }),
});
