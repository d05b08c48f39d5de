import { z } from "zod";

import { hostOf, serverUrl } from "../address.ts";
import { readBy } from "../answers.ts";
import { field, secretField, tokenText } from "../fields.ts";
import { defineKind, type Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { linksOf, markedText, markedTitle } from "../message/pieces.ts";
import { escapeXml } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

/** An event may have 65,536 bytes; both texts together stay far below. */
const TEXT = 8_000;

export const matrix = defineKind({
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
  pace: { atOnce: 1, perSecond: 1, inAllPerSecond: 50 },
  hint: ({ room, homeserver }) => `${room} at ${hostOf(homeserver)}`,
  open: ({ homeserver, room, token }) => ({
    via: "http",
    // The transaction id makes a repeated attempt the same message.
    request: (message, style) =>
      jsonRequest(
        `${homeserver}/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${message.deliveryId}`,
        payload(message, style),
        { method: "PUT", headers: { authorization: `Bearer ${token}` } },
      ),
    read,
  }),
});

/** Empty mentions: nobody is named by what a job printed. */
function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  return {
    msgtype: message.silent ? "m.notice" : "m.text",
    body: markedText(message, TEXT),
    ...(style === "rich" && { format: "org.matrix.custom.html", formatted_body: html(message) }),
    "m.mentions": {},
  };
}

function html(message: AlertMessage): string {
  const lines = message.lines.map(({ label, value }) => `<b>${escapeXml(label)}:</b> ${escapeXml(value)}`);
  const links = linksOf(message).map(({ label, url }) => `<a href="${escapeXml(url)}">${label}</a>`);
  return [
    `<h4>${escapeXml(markedTitle(message))}</h4>`,
    message.sentence === "" ? "" : `<p>${escapeXml(message.sentence)}</p>`,
    lines.length === 0 ? "" : `<p>${lines.join("<br>")}</p>`,
    message.output === null ? "" : `<pre><code>${escapeXml(message.output)}</code></pre>`,
    `<p>${links.join(" · ")}</p>`,
    message.repeat === null ? "" : `<p>(${escapeXml(message.repeat)})</p>`,
  ].join("");
}

const read = readBy({
  provider: "Matrix",
  own: z.object({ errcode: z.string() }),
  good: z.object({ event_id: z.string() }).transform((event) => event.event_id),
  gone: [
    [/M_UNKNOWN_TOKEN|M_MISSING_TOKEN|M_USER_DEACTIVATED|^401\b/, "The access token is not valid any more."],
    [/M_FORBIDDEN|M_NOT_JOINED|^403\b/, "The user is not in the room, or may not post there."],
    [
      /M_NOT_FOUND|M_UNRECOGNIZED|^404\b/,
      "There is no such room, or the homeserver does not know this request.",
    ],
  ],
  dislikes: /^400\b|^413\b/,
  waitMs: (body) => Limit.safeParse(body).data ?? null,
});

const Limit = z.object({ retry_after_ms: z.number() }).transform((said) => said.retry_after_ms);
