import type { AlertFacts } from "@overdue/core";
import type { AlertAction } from "../message/alert.ts";

/** The alerts that the tests of every kind render: a nightly job missed its deadline, and ran after all. */
const DELIVERY = "0199a1b2-0000-7000-8000-00000000a1b2";
const at = (text: string) => Date.parse(text);

export const downFacts: AlertFacts = {
  deliveryId: DELIVERY,
  kind: "down",
  project: { id: "0199a1b2-0000-7000-8000-0000000000aa", name: "Ops" },
  channel: { id: "0199a1b2-0000-7000-8000-0000000000cc", name: "team" },
  check: {
    id: "0199a1b2-0000-7000-8000-0000000000bb",
    pingUuid: "5b1c0d3e-0000-4000-8000-0000000000bb",
    name: "nightly backup",
    slug: "nightly-backup",
    tags: ["prod", "db"],
    description: "Free space on db2, then start it again.",
    timezone: "Europe/Berlin",
    graceSeconds: 600,
  },
  flip: { at: at("2026-11-20T01:40:00Z"), reason: "missed" },
  incident: {
    id: "0199a1b2-0000-7000-8000-0000000000dd",
    reason: "missed",
    openedAt: at("2026-11-20T01:40:00Z"),
    evidence: {
      expectedAt: at("2026-11-20T01:30:00Z"),
      deadlineAt: at("2026-11-20T01:40:00Z"),
      lastHeardAt: at("2026-11-19T01:31:12Z"),
      exitStatus: null,
      runId: null,
      pingNumber: null,
      durationMs: null,
      limitMs: null,
    },
  },
  lastPing: { at: at("2026-11-19T01:31:12Z"), kind: "success", exitStatus: 0, output: "saved 12 GB\n" },
  payload: null,
  writtenAt: at("2026-11-20T01:40:00Z"),
  includesDown: false,
  uncertain: false,
};

export const upFacts: AlertFacts = {
  ...downFacts,
  kind: "up",
  flip: { at: at("2026-11-20T01:43:00Z"), reason: null },
  lastPing: { at: at("2026-11-20T01:43:00Z"), kind: "success", exitStatus: 0, output: null },
};

export const testFacts: AlertFacts = {
  ...downFacts,
  kind: "test",
  check: null,
  flip: null,
  incident: null,
  lastPing: null,
};

/** The same job, killed by the kernel for want of memory, as the command `overdue` reports it. */
export const killedFacts: AlertFacts = {
  ...downFacts,
  flip: { at: at("2026-11-20T01:31:12Z"), reason: "failed" },
  incident: downFacts.incident && {
    ...downFacts.incident,
    reason: "failed",
    openedAt: at("2026-11-20T01:31:12Z"),
    evidence: {
      ...downFacts.incident.evidence,
      deadlineAt: null,
      exitStatus: 137,
      pingNumber: 2,
      durationMs: 72_000,
    },
  },
  lastPing: {
    at: at("2026-11-20T01:31:12Z"),
    kind: "fail",
    exitStatus: 137,
    output: "reading 12 GB\n",
    facts: { signal: "SIGKILL", oomKill: "group", cpuUserMs: 61_000, host: "db1" },
  },
  writtenAt: at("2026-11-20T01:31:12Z"),
};

/** A failed job whose name and output, and all that its wrapper said, are this text. */
export const hostileFacts = (text: string): AlertFacts => ({
  ...downFacts,
  project: { ...downFacts.project, name: text },
  check: {
    id: "0199a1b2-0000-7000-8000-0000000000bb",
    pingUuid: "5b1c0d3e-0000-4000-8000-0000000000bb",
    name: text,
    slug: "hostile",
    tags: [text],
    description: text,
    timezone: null,
    graceSeconds: 60,
  },
  lastPing: {
    at: at("2026-11-20T01:31:12Z"),
    kind: "fail",
    exitStatus: 137,
    output: text,
    facts: { skipped: text, signal: text, host: text },
  },
});

export const PUBLIC_URL = "https://overdue.example.org";

/** The actions for the incident of `downFacts`, with links as long as real ones. */
export const downActions: readonly AlertAction[] = [
  { act: "acknowledge", label: "Acknowledge", url: actUrl("acknowledge") },
  { act: "snooze-30m", label: "Snooze 30 minutes", url: actUrl("snooze-30m") },
  { act: "snooze-2h", label: "Snooze 2 hours", url: actUrl("snooze-2h") },
  { act: "snooze-tomorrow", label: "Snooze until tomorrow 9:00", url: actUrl("snooze-tomorrow") },
  { act: "snooze-recovery", label: "Snooze until it recovers", url: actUrl("snooze-recovery") },
];

function actUrl(act: string): string {
  const query = new URLSearchParams({
    incident: "0199a1b2-0000-7000-8000-0000000000dd",
    act,
    channel: "0199a1b2-0000-7000-8000-0000000000cc",
    expires: "1795743600",
    key: "k1k1k1k1",
    signature: "s".repeat(43),
  });
  return `${PUBLIC_URL}/incidents/act?${query}`;
}

/** Texts that break out of one format or another where they are not escaped. */
export const HOSTILE_TEXTS: readonly string[] = [
  '</b><a href="https://evil.example">click</a>',
  "_*[]()~`>#+-=|{}.!",
  "<!channel> <@U012345> <https://evil.example|your bank>",
  "```\ncode\n``` *bold* _it_",
  "a\r\nBcc: victim@example.org\r\n\r\nbody",
  "\u0000\u001b[31mred\u001b[0m\u202egnp.exe",
  "<img src=x onerror=alert(1)><script>alert(1)</script>",
  "&amp;&lt;&#x41;",
  '","admin":true,"',
  "\ud800 lonely \udfff surrogates",
  "😀".repeat(5_000),
  "x".repeat(100_000),
];
