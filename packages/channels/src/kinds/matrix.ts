import { z } from "zod";

import { hostIn, serverUrl } from "../addresses.ts";
import { field, secretField, tokenText } from "../fields.ts";
import { defineHttpKind, type Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { earlierOutputLine, alertLinks, markedText, markedTitle } from "../message/parts.ts";
import { escapeXml } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

/** An event may have 65,536 bytes; the plain and the HTML text together stay far below. */
const TEXT_CHARS_MAX = 8_000;
const Wait = z.object({ retry_after_ms: z.number() }).transform((body) => body.retry_after_ms);

export const matrix = defineHttpKind({
  title: "Matrix",
  summary: "A message into a room, by a user of yours.",
  group: "chat",
  schema: z.strictObject({
    homeserver: serverUrl,
    room: z
      .string({ error: "Give the room's id, such as !abc:example.org." })
      .trim()
      .regex(/^![^\s/]{1,254}$/, "Give the room's id (not its #alias), such as !abc:example.org."),
    token: tokenText("Give the access token of the user that posts."),
  }),
  fields: [
    field({
      name: "homeserver",
      label: "Homeserver",
      help: "The address of the server's client API.",
      placeholder: "https://matrix.example.org",
      input: "url",
    }),
    field({
      name: "room",
      label: "Room id",
      help: "In Element: the room's settings → Advanced → Internal room ID. The user must have joined it; end-to-end encryption must be off.",
      placeholder: "!abcdefg:example.org",
    }),
    secretField({
      name: "token",
      label: "Access token",
      help: "Of a user made for this. In Element: All settings → Help & About → Access Token.",
      placeholder: "syt_…",
    }),
  ],
  rateLimit: { concurrency: 1, perSecond: 1, perSecondInAll: 50 },
  hint: ({ room, homeserver }) => `${room} at ${hostIn(homeserver)}`,
  // The transaction id makes a repeated attempt the same message.
  request: ({ homeserver, room, token }, message, { style }) =>
    jsonRequest(
      `${homeserver}/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${message.deliveryId}`,
      payload(message, style),
      { method: "PUT", headers: { authorization: `Bearer ${token}` } },
    ),
  answers: {
    provider: "Matrix",
    providerRefusal: z.object({ errcode: z.string() }),
    accepted: z.object({ event_id: z.string() }).transform((event) => event.event_id),
    permanent: [
      [
        /M_UNKNOWN_TOKEN|M_MISSING_TOKEN|M_USER_DEACTIVATED|^401\b/,
        "The access token is not valid any more.",
      ],
      [/M_FORBIDDEN|M_NOT_JOINED|^403\b/, "The user is not in the room, or may not post there."],
      [
        /M_NOT_FOUND|M_UNRECOGNIZED|^404\b/,
        "There is no such room, or the homeserver does not know this request.",
      ],
    ],
    formatRefused: /^400\b|^413\b/,
    waitMs: (body) => Wait.safeParse(body).data ?? null,
  },
});

/** `m.mentions` is empty, so that names in the output of a job notify nobody. */
function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  return {
    msgtype: message.silent ? "m.notice" : "m.text",
    body: markedText(message, TEXT_CHARS_MAX),
    ...(style === "rich" && { format: "org.matrix.custom.html", formatted_body: html(message) }),
    "m.mentions": {},
  };
}

function html(message: AlertMessage): string {
  const lines = message.lines.map(({ label, value }) => `<b>${escapeXml(label)}:</b> ${escapeXml(value)}`);
  const earlier = earlierOutputLine(message);
  const links = alertLinks(message).map(({ label, url }) => `<a href="${escapeXml(url)}">${label}</a>`);
  return [
    `<h4>${escapeXml(markedTitle(message))}</h4>`,
    message.sentence === "" ? "" : `<p>${escapeXml(message.sentence)}</p>`,
    lines.length === 0 ? "" : `<p>${lines.join("<br>")}</p>`,
    earlier === null ? "" : `<p>${earlier}</p>`,
    message.output === null ? "" : `<pre><code>${escapeXml(message.output)}</code></pre>`,
    `<p>${links.join(" · ")}</p>`,
    message.repeat === null ? "" : `<p>(${escapeXml(message.repeat)})</p>`,
  ].join("");
}
