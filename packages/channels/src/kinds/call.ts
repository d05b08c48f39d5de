import { z } from "zod";

import { field, phoneNumber } from "../fields.ts";
import { defineKind } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { isForTheRecord, saidText } from "../message/pieces.ts";
import { clipEnd, escapeXml } from "../message/text.ts";
import { basicAuth, formRequest } from "../request.ts";
import { onlyTwilio, readTwilio, twilioFields, twilioLogin, twilioSettings, twilioUrl } from "./twilio.ts";

/** Half a minute of speech. */
const SPOKEN = 400;

export const call = defineKind({
  title: "Phone call",
  summary: "A call that reads out what is down, by your Twilio account.",
  group: "phone",
  schema: z.strictObject({
    ...twilioSettings,
    from: phoneNumber("Give a Twilio number of yours, such as +15550100."),
  }),
  fields: [
    ...twilioFields,
    field({
      name: "from",
      label: "From",
      help: "A Twilio number of yours that may call. Recoveries do not ring.",
      placeholder: "+15550100",
    }),
  ],
  pace: { atOnce: 1, perSecond: 0.1, inAllPerSecond: 1 },
  hint: ({ to }) => to,
  open: (channel) => ({
    via: "http",
    request: (message) => {
      const { tone } = message;
      if (tone === "good" || isForTheRecord(message) || (tone === "neutral" && message.kind !== "test")) {
        return { skip: "A phone rings only for what goes down." };
      }
      const form = { To: channel.to, From: channel.from, Twiml: twiml(message) };
      return formRequest(twilioUrl(channel, "Calls"), form, {
        headers: basicAuth(...twilioLogin(channel.account, channel.token)),
        onlyHosts: onlyTwilio,
      });
    },
    read: readTwilio,
  }),
});

/** Said twice, since who is woken hears the first half-asleep. */
function twiml(message: AlertMessage): string {
  const text = escapeXml(clipEnd(`This is Overdue. ${saidText(message)}`, SPOKEN));
  return `<Response><Say loop="2">${text}</Say></Response>`;
}
