import { z } from "zod";

import { hostIn, serverUrl } from "../addresses.ts";
import { field, secretField, tokenText } from "../fields.ts";
import { defineHttpKind } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { earlierOutputLine, markdownLinks, markedTitle } from "../message/parts.ts";
import { escapeMarkdown, fenceCode } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

/** Gotify's priorities: from 8 on a phone sounds an alarm, below 4 it makes no sound. */
const PRIORITY = { bad: 8, good: 5, neutral: 4 };
const SILENT_PRIORITY = 2;

export const gotify = defineHttpKind({
  title: "Gotify",
  summary: "A push notification by a Gotify server of yours.",
  group: "push",
  schema: z.strictObject({ server: serverUrl, token: tokenText("Give the application's token.") }),
  fields: [
    field({
      name: "server",
      label: "Server",
      help: "A server inside your network needs ALLOW_PRIVATE_NETWORKS.",
      placeholder: "https://gotify.example.org",
      input: "url",
    }),
    secretField({
      name: "token",
      label: "Application token",
      help: "From Gotify: Apps → Create Application → its token (not a client's).",
      placeholder: "A…",
    }),
  ],
  rateLimit: { concurrency: 2, perSecond: 5, perSecondInAll: 50 },
  hint: ({ server }) => hostIn(server),
  request: ({ server, token }, message) =>
    jsonRequest(`${server}/message`, payload(message), { headers: { "x-gotify-key": token } }),
  answers: {
    provider: "Gotify",
    providerRefusal: z.object({ errorCode: z.number() }),
    accepted: z.object({ id: z.number() }).transform(({ id }) => String(id)),
    permanent: [
      [/^401\b|^403\b/, "Gotify does not know the application's token."],
      [/^400\b.*appid is required/i, "This is a client's token: use that of an application (Gotify → Apps)."],
      [/^404\b/, "There is no Gotify server at this path of its address."],
    ],
  },
});

function payload(message: AlertMessage): Record<string, unknown> {
  const { tone, silent } = message;
  return {
    title: markedTitle(message),
    message: markdown(message),
    priority: silent ? SILENT_PRIORITY : PRIORITY[tone],
    extras: {
      "client::display": { contentType: "text/markdown" },
      "client::notification": { click: { url: message.link } },
    },
  };
}

/** Two spaces before the end of a line keep the line break. */
function markdown(message: AlertMessage): string {
  const lines = message.lines.map(({ label, value }) => `${label}: ${escapeMarkdown(value)}`);
  const parts = [
    escapeMarkdown(message.sentence),
    lines.join("  \n"),
    earlierOutputLine(message) ?? "",
    message.output === null ? "" : fenceCode(message.output),
    markdownLinks(message),
    message.repeat === null ? "" : `(${message.repeat})`,
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}
