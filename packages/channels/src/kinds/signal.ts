import { z } from "zod";

import { hostIn, serverUrl } from "../addresses.ts";
import { field, listOf, phoneNumber } from "../fields.ts";
import { defineHttpKind } from "../kind.ts";
import { acknowledgeLine, markedText } from "../message/parts.ts";
import { jsonRequest } from "../request.ts";

/** Longer texts become attachments. */
const TEXT_CHARS_MAX = 2_000;
const NUMBER = "Give the number with its country, such as +491701234567.";

export const signal = defineHttpKind({
  title: "Signal",
  summary: "A message by a signal-cli REST server of yours.",
  group: "phone",
  schema: z.strictObject({
    server: serverUrl,
    number: phoneNumber(NUMBER),
    recipients: listOf(
      z
        .string()
        .regex(
          /^(\+[1-9]\d{6,14}|group\.[\w+/=-]{20,200}|u:[\w.]{3,64})$/,
          "Give numbers such as +491701234567, groups such as group.…, or user names such as u:anna.01.",
        ),
      20,
    ),
  }),
  fields: [
    field({
      name: "server",
      label: "Server",
      help: "A signal-cli-rest-api that you run. Inside your network it needs ALLOW_PRIVATE_NETWORKS.",
      placeholder: "http://signal.example.org:8080",
      input: "url",
    }),
    field({
      name: "number",
      label: "Sender's number",
      help: "The number that is registered on that server.",
      placeholder: "+491701234567",
    }),
    field({
      name: "recipients",
      label: "Recipients",
      help: "Numbers, groups (group.…) or user names (u:…), one on each line.",
      placeholder: "+491709876543",
      input: "lines",
    }),
  ],
  rateLimit: { concurrency: 1, perSecond: 1, perSecondInAll: 5 },
  hint: ({ recipients, server }) => `${recipients.length} recipients by ${hostIn(server)}`,
  request: ({ server, number, recipients }, message) => {
    const link = acknowledgeLine(message);
    return jsonRequest(`${server}/v2/send`, {
      number,
      recipients,
      message: markedText(message, TEXT_CHARS_MAX - link.length) + link,
      text_mode: "normal",
    });
  },
  answers: {
    provider: "Signal",
    providerRefusal: z.object({ error: z.string() }),
    accepted: z
      .object({ timestamp: z.union([z.string(), z.number()]) })
      .transform(({ timestamp }) => String(timestamp)),
    permanent: [
      [
        /unregistered user|Invalid group id|GroupNotFound|not a (group )?member/i,
        "A recipient is not on Signal, or the group is gone.",
      ],
      [
        /not registered|Specified account does not exist|Authorization failed/i,
        "The sender's number is not registered on the server.",
      ],
      [/^404\b/, "There is no signal-cli REST server at this path of its address."],
    ],
  },
});
