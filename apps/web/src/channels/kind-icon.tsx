import { IconBell, IconBrandSlack, IconBrandTelegram, IconMail, IconWebhook } from "@tabler/icons-react";

const ICONS: Record<string, typeof IconBell> = {
  email: IconMail,
  telegram: IconBrandTelegram,
  slack: IconBrandSlack,
  webhook: IconWebhook,
};

export function KindIcon({ kind, size = 22 }: { kind: string; size?: number }) {
  const Icon = ICONS[kind] ?? IconBell;
  return <Icon size={size} aria-hidden />;
}
