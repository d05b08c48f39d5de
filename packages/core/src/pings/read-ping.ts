import type { PingKind } from "../checks/event.ts";

/** How a check's pings are read (Healthchecks' filters). Keyword lists are comma-separated. */
export type PingReading = {
  /** "POST": any other method is ignored; "": all count. */
  methods: string;
  filterSubject: boolean;
  filterBody: boolean;
  filterHttpBody: boolean;
  filterDefaultFail: boolean;
  startKeywords: string;
  successKeywords: string;
  failureKeywords: string;
};

/** What the URL said, before the check's own rules. */
export type RawPing = {
  kind: PingKind;
  method: string;
  exitStatus: number | null;
  /** The kept part of the body, decoded leniently; asked for only where keywords matter. */
  text: () => string;
};

/** What a mail says where keywords are looked for: decoded subject, plain part, HTML part. */
export type MailText = { subject: string; plain: string; html: string };

/**
 * The kind that a ping counts as. Order as in Healthchecks: exit status, then method, then keywords, which replace
 * whatever the URL said.
 */
export function readPing(reading: PingReading, ping: RawPing): PingKind {
  if (ping.kind === "ignored") return "ignored";
  if (reading.methods === "POST" && ping.method !== "POST") return "ignored";
  if (reading.filterHttpBody) return byKeywords(reading, ping.text());
  return ping.exitStatus !== null && ping.exitStatus > 0 ? "fail" : ping.kind;
}

/**
 * The kind that a mail counts as: a success, unless keywords are looked for in its subject or its body. Methods and
 * the filter of HTTP bodies do not concern it. Source: shared healthchecks.md 12.
 */
export function readMail(reading: PingReading, { subject, plain, html }: MailText): PingKind {
  if (!reading.filterSubject && !reading.filterBody) return "success";
  const searched = [
    ...(reading.filterSubject ? [subject] : []),
    ...(reading.filterBody ? [plain, html] : []),
  ];
  return byKeywords(reading, searched.join("\n"));
}

/** First match wins: failure, success, start; then what the check says of a text without a keyword. */
function byKeywords(reading: PingReading, text: string): PingKind {
  if (mentions(text, reading.failureKeywords)) return "fail";
  if (mentions(text, reading.successKeywords)) return "success";
  if (mentions(text, reading.startKeywords)) return "start";
  return reading.filterDefaultFail ? "fail" : "ignored";
}

function mentions(text: string, keywords: string): boolean {
  return keywords
    .split(",")
    .map((keyword) => keyword.trim())
    .some((keyword) => keyword !== "" && text.includes(keyword));
}
