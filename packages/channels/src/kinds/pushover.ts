import { z } from "zod";

import { serverUrl } from "../addresses.ts";
import { field, secretField } from "../fields.ts";
import { defineHttpKind } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { earlierOutputLine, linesText, mainActions, markedTitle } from "../message/parts.ts";
import { clipEnd, escapeAngles, escapeWithin } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

/** Pushover's limits, in characters. */
const TITLE_CHARS_MAX = 250;
const TEXT_CHARS_MAX = 1_024;
const KEY = /^[A-Za-z0-9]{30}$/;
/** The phone rings every minute for an hour, until somebody confirms it. */
const EMERGENCY = { priority: 2, retry: 60, expire: 3_600 };
const SILENT_PRIORITY = -1;

const schema = z.strictObject({
  user: z
    .string({ error: "Give the user or group key." })
    .trim()
    .regex(KEY, "A user or group key has 30 letters and digits."),
  token: z
    .string({ error: "Give the application's token." })
    .trim()
    .regex(KEY, "An application's token has 30 letters and digits."),
  device: z
    .string()
    .trim()
    .regex(/^[\w-]{1,25}$/, "A device's name has at most 25 letters, digits, dashes and underscores.")
    .optional(),
  urgency: z.enum(["0", "1", "2"], { error: "Choose how loud a down is." }).default("1"),
  /** The address of a proxy that speaks Pushover's API, if there is one. */
  server: serverUrl.default("https://api.pushover.net"),
});
type Settings = z.output<typeof schema>;

export const pushover = defineHttpKind({
  title: "Pushover",
  summary: "A push notification to a phone.",
  group: "push",
  schema,
  fields: [
    secretField({
      name: "user",
      label: "User or group key",
      help: "At the top right of pushover.net, once signed in.",
    }),
    secretField({
      name: "token",
      label: "Application token",
      help: "From pushover.net → Create an Application/API Token.",
    }),
    field({
      name: "urgency",
      label: "How loud a down is",
      help: "An emergency rings every minute for an hour, until somebody confirms it.",
      input: "choice",
      required: false,
      choices: [
        { value: "1", label: "High: passes quiet hours" },
        { value: "0", label: "Normal" },
        { value: "2", label: "Emergency: rings until confirmed" },
      ],
    }),
    field({
      name: "device",
      label: "Device",
      help: "Empty: all of the user's.",
      required: false,
    }),
  ],
  // Pushover asks for at most two connections at the same time.
  rateLimit: { concurrency: 1, perSecond: 2, perSecondInAll: 10 },
  hint: ({ user, device }) => `user …${user.slice(-4)}${device === undefined ? "" : `, ${device}`}`,
  request: (settings, message) =>
    jsonRequest(`${settings.server}/1/messages.json`, payload(settings, message), {
      onlyHosts: ["pushover.net"],
    }),
  answers: {
    provider: "Pushover",
    providerRefusal: z.object({ status: z.number(), errors: z.array(z.string()) }),
    accepted: z.object({ status: z.literal(1), request: z.string() }).transform(({ request }) => request),
    permanent: [
      [/application token is invalid|"token": ?"invalid"/, "Pushover does not know the application's token."],
      [
        /user (identifier|key) is not a valid|"user": ?"invalid"/,
        "Pushover does not know this user or group key, or the user has no active device.",
      ],
      [/device name is not valid|"device": ?"invalid"/, "The user has no device of this name."],
      [/user is disabled|not a member/, "The user has switched this application off."],
    ],
  },
});

function payload({ user, token, device, urgency }: Settings, message: AlertMessage): Record<string, unknown> {
  return {
    token,
    user,
    ...(device !== undefined && { device }),
    title: clipEnd(markedTitle(message), TITLE_CHARS_MAX),
    message: html(message),
    html: 1,
    url: message.link,
    url_title: "Open in Overdue",
    ...loudness(message, urgency),
  };
}

/** The message in Pushover's HTML: as much of the text as fits beside the link. */
function html(message: AlertMessage): string {
  const output = [earlierOutputLine(message), message.output].filter((part) => part !== null).join("\n");
  const parts = [message.sentence, linesText(message), output].filter((part) => part !== "");
  // An empty message is refused.
  const text = parts.length === 0 ? message.title : parts.join("\n\n");
  const [action] = mainActions(message);
  const link = action === undefined ? "" : `\n\n<a href="${escapeAngles(action.url)}">${action.label}</a>`;
  return escapeWithin(text, TEXT_CHARS_MAX - link.length, escapeAngles) + link;
}

function loudness(message: AlertMessage, urgency: Settings["urgency"]): Record<string, number> {
  const { tone, silent } = message;
  if (silent) return { priority: SILENT_PRIORITY };
  if (tone !== "bad") return { priority: 0 };
  return urgency === "2" ? EMERGENCY : { priority: Number(urgency) };
}
