import type { KindName } from "../registry.ts";

const PHONE = "+491701234567";
const TWILIO = { account: `AC${"0".repeat(32)}`, token: "f".repeat(32), to: PHONE, from: "+15550100999" };

/** Settings for every kind, as a person might type them. */
export const sampleSettings: Record<KindName, Record<string, unknown>> = {
  email: { to: "anna@example.org" },
  telegram: { chat: "-100123", topic: 7, token: "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw" },
  slack: { url: "https://hooks.slack.com/services/T00000000/B00000000/abcdefghWXYZ" },
  webhook: { url: "https://example.org/hook", secret: `whsec_${"A".repeat(43)}=` },
  discord: { url: "https://discord.com/api/webhooks/123456789012345678/tokentokentoken" },
  teams: {
    url: "https://prod-01.westeurope.logic.azure.com/workflows/abc/triggers/manual/paths/invoke?sig=x",
  },
  "google-chat": { url: "https://chat.googleapis.com/v1/spaces/AAAAB3NzaC1/messages?key=k&token=t" },
  mattermost: { url: "https://mattermost.example.org/hooks/xxxgeneratedkeyxxx" },
  "rocket-chat": { url: "https://chat.example.org/hooks/64f0/tokentoken" },
  matrix: { homeserver: "https://matrix.example.org", room: "!abc:example.org", token: "syt_token" },
  zulip: {
    server: "https://example.zulipchat.com",
    bot: "overdue-bot@example.zulipchat.com",
    key: "k3y",
    to: "ops",
  },
  "web-push": {
    endpoint: "https://push.example.org/wpush/v2/gAAAAA",
    // The example of RFC 8291, section 5.
    p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth: "BTBZMqHH6r4Tts7J_aSIgg",
    device: "Chrome on Android",
  },
  ntfy: { topic: "overdue-x7f3k2" },
  gotify: { server: "https://gotify.example.org", token: "AppTokenA1" },
  pushover: { user: "u".repeat(30), token: "a".repeat(30) },
  pushbullet: { token: "o.token" },
  signal: {
    server: "https://signal.example.org",
    number: PHONE,
    recipients: "+491709876543\ngroup.ckRzaEd4VmRzNnJaASAEsasa",
  },
  sms: TWILIO,
  call: TWILIO,
  pagerduty: { key: "e".repeat(32) },
  opsgenie: { key: "eb243592-faa2-4ba2-a551q-1afdf565c889" },
  "splunk-on-call": { url: "https://alert.victorops.com/integrations/generic/20131114/alert/abc/ops" },
  group: { channels: ["0199a1b2-0000-7000-8000-0000000000c1"] },
};
