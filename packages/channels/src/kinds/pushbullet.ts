import { z } from "zod";

import { serverUrl } from "../addresses.ts";
import { field, secretField, tokenText } from "../fields.ts";
import { defineHttpKind } from "../kind.ts";
import { acknowledgeLine, bodyText, markedTitle } from "../message/parts.ts";
import { clipEnd } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

const TITLE_CHARS_MAX = 250;
const TEXT_CHARS_MAX = 4_000;

export const pushbullet = defineHttpKind({
  title: "Pushbullet",
  summary: "A push notification to a person's devices.",
  group: "push",
  schema: z.strictObject({
    token: tokenText("Give the access token."),
    device: tokenText("Give the device's iden.").optional(),
    /** The address of a proxy that speaks Pushbullet's API, if there is one. */
    server: serverUrl.default("https://api.pushbullet.com"),
  }),
  fields: [
    secretField({
      name: "token",
      label: "Access token",
      help: "From pushbullet.com → Settings → Account → Create Access Token.",
      placeholder: "o.…",
    }),
    field({ name: "device", label: "Device iden", help: "Empty: all devices.", required: false }),
  ],
  rateLimit: { concurrency: 1, perSecond: 1, perSecondInAll: 10 },
  hint: ({ token }) => `token …${token.slice(-4)}`,
  // The guid makes a repeated attempt the same push.
  request: ({ token, device, server }, message) =>
    jsonRequest(
      `${server}/v2/pushes`,
      {
        type: "link",
        title: clipEnd(markedTitle(message), TITLE_CHARS_MAX),
        body: bodyText(message, TEXT_CHARS_MAX) + acknowledgeLine(message),
        url: message.link,
        guid: message.deliveryId,
        ...(device !== undefined && { device_iden: device }),
      },
      { headers: { "access-token": token }, onlyHosts: ["pushbullet.com"] },
    ),
  answers: {
    provider: "Pushbullet",
    providerRefusal: z.object({ error: z.object({}) }),
    accepted: z.object({ iden: z.string() }).transform(({ iden }) => iden),
    permanent: [
      [/invalid_access_token|^401\b/, "The access token is not valid any more."],
      [/^403\b/, "The access token may not push."],
      [/device_iden|^404\b/, "There is no such device."],
    ],
    unavailable: [[/pushbullet_pro_required/, "The account has used up its free pushes of this month."]],
  },
});
