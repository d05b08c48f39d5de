import type { RateLimit } from "@overdue/core";

import type { ChannelKind, OpenChannel, Parsed, Problem, SendingLimits } from "./kind.ts";
import { discord } from "./kinds/discord.ts";
import { email } from "./kinds/email.ts";
import { googleChat } from "./kinds/google-chat.ts";
import { gotify } from "./kinds/gotify.ts";
import { group } from "./kinds/group.ts";
import { matrix } from "./kinds/matrix.ts";
import { mattermost } from "./kinds/mattermost.ts";
import { ntfy } from "./kinds/ntfy.ts";
import { opsgenie } from "./kinds/opsgenie.ts";
import { pagerduty } from "./kinds/pagerduty.ts";
import { pushbullet } from "./kinds/pushbullet.ts";
import { pushover } from "./kinds/pushover.ts";
import { rocketChat } from "./kinds/rocket-chat.ts";
import { signal } from "./kinds/signal.ts";
import { slack } from "./kinds/slack.ts";
import { splunkOnCall } from "./kinds/splunk-on-call.ts";
import { teams } from "./kinds/teams.ts";
import { telegram } from "./kinds/telegram.ts";
import { call, sms } from "./kinds/twilio.ts";
import { webPush } from "./kinds/web-push.ts";
import { webhook } from "./kinds/webhook/webhook.ts";
import { zulip } from "./kinds/zulip.ts";

/** Every kind of channel, in the order in which the app offers them. */
export const channelKinds = {
  email,
  telegram,
  slack,
  webhook,
  discord,
  teams,
  "google-chat": googleChat,
  mattermost,
  "rocket-chat": rocketChat,
  matrix,
  zulip,
  "web-push": webPush,
  ntfy,
  gotify,
  pushover,
  pushbullet,
  signal,
  sms,
  call,
  pagerduty,
  opsgenie,
  "splunk-on-call": splunkOnCall,
  group,
} satisfies Record<string, ChannelKind>;

export type KindName = keyof typeof channelKinds;

export function isKindName(text: string): text is KindName {
  return Object.hasOwn(channelKinds, text);
}

/** Checks the settings that a person gave for a channel. */
export function parseSettings(kind: KindName, input: unknown): Parsed {
  return channelKinds[kind].parse(input);
}

/** Opens a channel with its stored settings. @throws if the kind is unknown or the settings do not fit it. */
export function openChannel(kind: string, settings: unknown): OpenChannel {
  if (!isKindName(kind)) throw new Error(`There is no kind of channel called “${kind}”.`);
  return channelKinds[kind].open(settings);
}

const UNKNOWN_KIND_LIMITS: SendingLimits = { concurrency: 1, perSecond: 1, perSecondInAll: 10 };
/** A provider that accepts this many has no limit that matters. */
const UNLIMITED_PER_SECOND = 1_000;

/** How much a provider accepts; a low limit for a kind that only another version of Overdue knows. */
export function sendingLimits(kind: string): SendingLimits {
  return isKindName(kind) ? channelKinds[kind].rateLimit : UNKNOWN_KIND_LIMITS;
}

/** The rate limit that all senders share; null if there is none. */
export function sharedRateLimit(kind: string): RateLimit | null {
  const limits = sendingLimits(kind);
  return limits.perSecond < UNLIMITED_PER_SECOND ? limits : null;
}

type Settings = Record<string, unknown>;

/** The merged settings, or a problem for each setting that must be given again. */
type Merged = { ok: true; settings: Settings } | { ok: false; problems: readonly Problem[] };

/**
 * Merges the settings of an edit into the stored ones; what the edit leaves out stays as it is. If an address changes its
 * origin, secrets must be given again: otherwise an editor of the channel could have its stored secrets sent to an address
 * of their choice.
 */
export function mergeSettings(kind: KindName, stored: Settings, given: Settings): Merged {
  const settings = { ...stored, ...given };
  const known = originsIn(stored);
  const isElsewhere = [...originsIn(settings)].some((origin) => !known.has(origin));
  if (!isElsewhere) return { ok: true, settings };
  const withoutSecrets = fieldsWithoutSecrets(kind);
  const droppedWithAddress = new Set(channelKinds[kind].endsWithAddress.filter((name) => !(name in given)));
  const missing = Object.keys(stored).filter(
    (name) => !(name in given) && !withoutSecrets.has(name) && !droppedWithAddress.has(name),
  );
  if (missing.length === 0)
    return {
      ok: true,
      settings: Object.fromEntries(
        Object.entries(settings).filter(([name]) => !droppedWithAddress.has(name)),
      ),
    };
  return { ok: false, problems: missing.map((field) => ({ field, message: GIVE_AGAIN })) };
}

const GIVE_AGAIN =
  "Give this again: the address was changed, and the stored value is not sent to another address.";

/** The names of settings that cannot hold a secret. */
function fieldsWithoutSecrets(kind: KindName): ReadonlySet<string> {
  const mayCarrySecrets = new Set(["password", "pairs", "paragraph", "url"]);
  const fields = channelKinds[kind].fields.filter(
    ({ secret, input }) => !secret && !mayCarrySecrets.has(input),
  );
  return new Set(fields.map(({ name }) => name));
}

/** The origins (scheme, host and port) of all addresses among the settings. */
function originsIn(settings: Settings): Set<string> {
  const texts = Object.values(settings).filter((value) => typeof value === "string");
  return new Set(texts.flatMap((text) => (/^\s*https?:/i.test(text) ? originOf(text) : [])));
}

function originOf(text: string): string[] {
  const url = URL.parse(text.trim());
  return url === null ? [] : [url.origin];
}
