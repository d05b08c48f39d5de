import type { PingKind } from "../checks/event.ts";

/** How a check's pings are read (Healthchecks' filters). Keyword lists are comma-separated. */
export type PingFilter = {
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

/** A ping as its URL says it, before the check's own rules. */
export type RawPing = {
  kind: PingKind;
  method: string;
  exitStatus: number | null;
  /**
   * Whether the body contains the keyword, including the part that was too long to store. Called only if the check filters
   * by keywords.
   */
  mentions: (keyword: string) => boolean;
};

/** The kind that a ping counts as. If a rule of the check made it "ignored", `note` says which. */
export type ReadPing = { kind: PingKind; note: "method" | "no-keyword" | null };

/** The parts of a mail in which keywords are looked for: decoded subject, plain part, HTML part as text. */
export type MailText = { subject: string; plain: string; html: string };

/**
 * The kind that a ping counts as. Precedence as in Healthchecks: the method, then keywords, which replace what the URL
 * said, then the exit status.
 */
export function readPing(reading: PingFilter, ping: RawPing): ReadPing {
  if (ping.kind === "ignored") return countsAs("ignored");
  if (reading.methods === "POST" && ping.method !== "POST") return { kind: "ignored", note: "method" };
  if (reading.filterHttpBody) return byKeywords(reading, ping.mentions);
  return countsAs(ping.exitStatus !== null && ping.exitStatus > 0 ? "fail" : ping.kind);
}

/** The keywords to look for in the body of an HTTP ping, each once; none if the check does not filter by them. */
export function httpKeywords(reading: PingFilter): string[] {
  if (!reading.filterHttpBody) return [];
  const { failureKeywords, successKeywords, startKeywords } = reading;
  return [...new Set([failureKeywords, successKeywords, startKeywords].flatMap(keywordsIn))];
}

/**
 * The kind that a mail counts as: a success, unless the check filters by keywords in the subject or the body. Its filters
 * by method and HTTP body do not apply. Source: https://healthchecks.io/docs/email/.
 */
export function readMail(reading: PingFilter, { subject, plain, html }: MailText): ReadPing {
  if (!reading.filterSubject && !reading.filterBody) return countsAs("success");
  const searched = [
    ...(reading.filterSubject ? [subject] : []),
    ...(reading.filterBody ? [plain, html] : []),
  ];
  // A letter with an accent may be encoded as one character or as two.
  const text = searched.join("\n").normalize("NFC");
  return byKeywords(reading, (keyword) => text.includes(keyword.normalize("NFC")));
}

/** The first match counts, in the order failure, success, start. Without any, `filterDefaultFail` decides. */
function byKeywords(reading: PingFilter, mentions: RawPing["mentions"]): ReadPing {
  if (keywordsIn(reading.failureKeywords).some(mentions)) return countsAs("fail");
  if (keywordsIn(reading.successKeywords).some(mentions)) return countsAs("success");
  if (keywordsIn(reading.startKeywords).some(mentions)) return countsAs("start");
  return reading.filterDefaultFail ? countsAs("fail") : { kind: "ignored", note: "no-keyword" };
}

function countsAs(kind: PingKind): ReadPing {
  return { kind, note: null };
}

function keywordsIn(list: string): string[] {
  return list
    .split(",")
    .map((keyword) => keyword.trim())
    .filter((keyword) => keyword !== "");
}
