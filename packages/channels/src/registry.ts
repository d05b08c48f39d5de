import type { ChannelKind, OpenChannel, Parsed } from "./kind.ts";
import { email } from "./kinds/email.ts";
import { slack } from "./kinds/slack.ts";
import { telegram } from "./kinds/telegram.ts";
import { webhook } from "./kinds/webhook.ts";

/** Every kind of channel, in the order in which they are offered. A new kind is one file and one word here. */
export const channelKinds = { email, telegram, slack, webhook } satisfies Record<string, ChannelKind>;

export type KindName = keyof typeof channelKinds;

export function isKindName(text: string): text is KindName {
  return Object.hasOwn(channelKinds, text);
}

/** Checks what a person gave for a channel. On success: what to seal and store, and what may be shown. */
export function parseSettings(kind: KindName, input: unknown): Parsed {
  return channelKinds[kind].parse(input);
}

/** @throws where the kind is unknown or the settings are not of it. */
export function openChannel(kind: string, settings: unknown): OpenChannel {
  if (!isKindName(kind)) throw new Error(`There is no kind of channel called “${kind}”.`);
  return channelKinds[kind].open(settings);
}
