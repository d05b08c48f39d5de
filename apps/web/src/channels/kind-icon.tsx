import {
  IconBell,
  IconBellRinging,
  IconBrandDiscord,
  IconBrandGoogle,
  IconBrandMatrix,
  IconBrandSlack,
  IconBrandTeams,
  IconBrandTelegram,
  IconBrandZulip,
  IconDeviceMobileMessage,
  IconMail,
  IconMessage,
  IconMessageCircle,
  IconNotification,
  IconPhoneCall,
  IconRocket,
  IconSend,
  IconUrgent,
  IconUsersGroup,
  IconWebhook,
} from "@tabler/icons-react";
import type { KindName } from "@overdue/channels";
import { useQuery } from "@tanstack/react-query";

import { channelKindsQuery } from "./channel-queries.ts";

const ICONS: Record<KindName, typeof IconBell> & Record<string, typeof IconBell> = {
  email: IconMail,
  telegram: IconBrandTelegram,
  slack: IconBrandSlack,
  webhook: IconWebhook,
  discord: IconBrandDiscord,
  teams: IconBrandTeams,
  "google-chat": IconBrandGoogle,
  mattermost: IconMessage,
  "rocket-chat": IconRocket,
  matrix: IconBrandMatrix,
  zulip: IconBrandZulip,
  "web-push": IconBellRinging,
  ntfy: IconNotification,
  gotify: IconBellRinging,
  pushover: IconSend,
  pushbullet: IconSend,
  signal: IconMessageCircle,
  sms: IconDeviceMobileMessage,
  call: IconPhoneCall,
  pagerduty: IconUrgent,
  opsgenie: IconUrgent,
  "splunk-on-call": IconUrgent,
  group: IconUsersGroup,
};

export function KindIcon({ kind, size = 22 }: { kind: string; size?: number }) {
  const Icon = ICONS[kind] ?? IconBell;
  return <Icon size={size} aria-hidden />;
}

/** The title of a kind as people read it: "Google Chat" for "google-chat". */
export function KindTitle({ kind }: { kind: string }) {
  const { data: kinds = [] } = useQuery(channelKindsQuery);
  return kinds.find((one) => one.kind === kind)?.title ?? kind;
}
