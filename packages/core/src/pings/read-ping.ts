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
  /** Whether this stands anywhere in the body, also in what was not kept of it; asked only where keywords matter. */
  mentions: (keyword: string) => boolean;
};

/** What a ping counts as; where the check's rules make it one that does not count, `note` says which did. */
export type ReadPing = { kind: PingKind; note: "method" | "no-keyword" | null };

/** What a mail says where keywords are looked for: decoded subject, plain part, HTML part. */
export type MailText = { subject: string; plain: string; html: string };

/**
 * The kind that a ping counts as. Order as in Healthchecks: exit status, then method, then keywords, which replace
 * whatever the URL said.
 */
export function readPing(reading: PingReading, ping: RawPing): ReadPing {
  if (ping.kind === "ignored") return as("ignored");
  if (reading.methods === "POST" && ping.method !== "POST") return { kind: "ignored", note: "method" };
  if (reading.filterHttpBody) return byKeywords(reading, ping.mentions);
  return as(ping.exitStatus !== null && ping.exitStatus > 0 ? "fail" : ping.kind);
}

/** The keywords that matter in the body of an HTTP ping, each once; none where the check does not filter by them. */
export function httpKeywords(reading: PingReading): string[] {
  if (!reading.filterHttpBody) return [];
  const { failureKeywords, successKeywords, startKeywords } = reading;
  return [...new Set([failureKeywords, successKeywords, startKeywords].flatMap(keywordsIn))];
}

/**
 * The kind that a mail counts as: a success, unless keywords are looked for in its subject or its body. Methods and
 * the filter of HTTP bodies do not concern it. Source: shared healthchecks.md 12.
 */
export function readMail(reading: PingReading, { subject, plain, html }: MailText): ReadPing {
  if (!reading.filterSubject && !reading.filterBody) return as("success");
  const searched = [
    ...(reading.filterSubject ? [subject] : []),
    ...(reading.filterBody ? [plain, html] : []),
  ];
  // A letter with an accent may be written as one character or as two.
  const text = searched.join("\n").normalize("NFC");
  return byKeywords(reading, (keyword) => text.includes(keyword.normalize("NFC")));
}

/** First match wins: failure, success, start; then what the check says of a text without a keyword. */
function byKeywords(reading: PingReading, mentions: RawPing["mentions"]): ReadPing {
  if (keywordsIn(reading.failureKeywords).some(mentions)) return as("fail");
  if (keywordsIn(reading.successKeywords).some(mentions)) return as("success");
  if (keywordsIn(reading.startKeywords).some(mentions)) return as("start");
  return reading.filterDefaultFail ? as("fail") : { kind: "ignored", note: "no-keyword" };
}

function as(kind: PingKind): ReadPing {
  return { kind, note: null };
}

function keywordsIn(list: string): string[] {
  return list
    .split(",")
    .map((keyword) => keyword.trim())
    .filter((keyword) => keyword !== "");
}
