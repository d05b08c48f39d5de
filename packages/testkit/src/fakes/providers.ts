import { discord, googleChat, matrix, mattermost, rocketChat, teams, zulip } from "./chats.ts";
import type { ProviderBehaviour } from "./provider-behaviour.ts";
import {
  call,
  gotify,
  ntfy,
  opsgenie,
  pagerduty,
  pushbullet,
  pushover,
  signal,
  sms,
  splunkOnCall,
} from "./pushes.ts";

/** Every provider that accepts a message in one HTTP request, by its channel kind. */
export const PROVIDERS = {
  discord,
  teams,
  "google-chat": googleChat,
  mattermost,
  "rocket-chat": rocketChat,
  matrix,
  zulip,
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
} satisfies Record<string, ProviderBehaviour>;

export type ProviderName = keyof typeof PROVIDERS;
