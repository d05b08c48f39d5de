import type { PingKind } from "../checks/event.ts";
import type { CheckSettings } from "../checks/settings.ts";
import type { ReportedMetrics } from "../metrics/read-metrics.ts";
import { isRecord, parseJsonOrNull } from "../text/json.ts";
import { slugify } from "../text/slugify.ts";
import { isUuid } from "../uuid.ts";
import { isToken } from "./alias.ts";

/** A request of another monitor's client, as far as it is read. */
export type DialectRequest = {
  method: string;
  /** From the host on, without the query, as it was sent. */
  path: string;
  query: URLSearchParams;
  /** By a name in lower case. */
  header: (name: string) => string | undefined;
  /** Unpacked, as text; what is longer than the receiver keeps is cut off. */
  body: string;
};

/** Which check a ping is for: by the secret of its ping URL, or by a key of its project and the client's own name. */
export type DialectTarget =
  | { kind: "uuid"; pingUuid: string }
  /** Of another product; some check may be known by it. */
  | { kind: "token"; token: string }
  | { kind: "slug"; pingKey: string; slug: string; name: string };

/** What a client says about the check itself, such as the `monitor_config` of Sentry. */
export type Declaration = { settings: Partial<CheckSettings> & Pick<CheckSettings, "schedule"> };

/** One ping, whichever monitor's client sent it. */
export type DialectPing = {
  target: DialectTarget;
  kind: PingKind;
  /** 0 to 255. */
  exitStatus: number | null;
  /** The client's id of the run, in its own form. */
  runId: string | null;
  /** By the client's clock. */
  durationMs: number | null;
  /** Output or message of the job; empty where there is none. */
  body: string;
  metrics: ReportedMetrics | null;
  /** The same in each repetition of this ping; null where nothing tells them. */
  once: string | null;
  declares: Declaration | null;
};

/** `reply`: what of the request its answer repeats. `problem`: what is wrong, and the way out. */
export type DialectReading =
  | { kind: "pings"; pings: readonly DialectPing[]; reply: string }
  | { kind: "malformed" | "unauthorized"; problem: string };

/** What became of a request. "unknown": no check of that name; "unauthorized": no such key. */
export type DialectOutcome = {
  kind: "stored" | "unknown" | "ambiguous" | "unauthorized" | "malformed" | "unavailable";
  problem: string;
  reply: string;
};

/** `text`: null where there is no body. */
export type DialectAnswer = { status: number; type: "text" | "json" | "problem"; text: string | null };

/** How the clients of one monitor say what happened, and which answers they understand. */
export type Dialect = {
  /** The monitor's name, as people know it. */
  name: string;
  /** Whether this is a request to one of its addresses. */
  matches: (request: Pick<DialectRequest, "path" | "query">) => boolean;
  read: (request: DialectRequest) => DialectReading;
  answer: (outcome: DialectOutcome) => DialectAnswer;
};

const EXIT_STATUS_MAX = 255;
const NAME_CHARS = 100;
const YEAR_MS = 31_536_000_000;

/** A ping with nothing but its target and kind, over which a dialect spreads what it knows besides. */
export function plainPing(target: DialectTarget, kind: PingKind): DialectPing {
  return {
    target,
    kind,
    exitStatus: null,
    runId: null,
    durationMs: null,
    body: "",
    metrics: null,
    once: null,
    declares: null,
  };
}

export function onePing(
  target: DialectTarget,
  kind: PingKind,
  more: Partial<DialectPing> = {},
): DialectReading {
  return { kind: "pings", pings: [{ ...plainPing(target, kind), ...more }], reply: "" };
}

/** The check that a token in a URL stands for: by its ping UUID, or by a token of another product; null for no token. */
export function targetOfToken(token: string): DialectTarget | null {
  return targetOfUuid(token) ?? (isToken(token) ? { kind: "token", token } : null);
}

/** The check whose ping UUID this is, with or without dashes; null for any other text. */
export function targetOfUuid(token: string): DialectTarget | null {
  const bare = token.toLowerCase().replaceAll("-", "");
  const pingUuid = bare.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return isUuid(pingUuid) ? { kind: "uuid", pingUuid } : null;
}

/**
 * The check that a client means by its own name for a job. A name without any letter that a slug may have, such as one in
 * Japanese, gets a slug that is computed from it.
 */
export function targetOfName(pingKey: string, name: string, environment = ""): DialectTarget {
  const isUsual = environment === "" || environment.toLowerCase() === "production";
  const said = isUsual ? name : `${name} (${environment})`;
  // PostgreSQL stores neither NUL nor half of a surrogate pair.
  const whole = said
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, " ")
    .trim();
  const slug = slugify(whole).replace(/^_+/, "");
  const shown = whole.slice(0, NAME_CHARS).trim();
  return { kind: "slug", pingKey, slug: slug === "" ? `job-${shortHash(whole)}` : slug, name: shown };
}

/** Whether a text may be a key at all: visible ASCII, as keys in URLs and headers are. */
export function mayBeKey(text: string): boolean {
  return /^[\x21-\x7e]{1,500}$/.test(text);
}

/** FNV-1a of 32 bits: tells the few names of one project apart. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** A part of a path; one that is badly escaped stands for itself. */
export function unescapePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A number of seconds as milliseconds; null for what is none, or makes no sense as a duration. */
export function secondsToMs(value: unknown): number | null {
  return milliseconds(
    typeof value === "string" && value.trim() === "" ? null : Number(value ?? Number.NaN) * 1000,
  );
}

export function milliseconds(value: number | null): number | null {
  return value !== null && value >= 0 && value <= YEAR_MS ? Math.round(value) : null;
}

/** An exit status from 0 to 255; null for anything else. */
export function exitStatusOf(value: unknown): number | null {
  if (value === null || value === undefined || value === "") return null;
  const status = Number(value);
  return Number.isInteger(status) && status >= 0 && status <= EXIT_STATUS_MAX ? status : null;
}

/** The object that a text in JSON is; null where it is none. */
export function jsonObject(text: string): Record<string, unknown> | null {
  const value = parseJsonOrNull(text);
  return isRecord(value) ? value : null;
}

/** A text, or a number as text; empty for anything else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

export function textAnswer(status: number, text: string): DialectAnswer {
  return { status, type: "text", text };
}

export function jsonAnswer(status: number, value: object): DialectAnswer {
  return { status, type: "json", text: JSON.stringify(value) };
}

const STATUSES = {
  stored: 200,
  unknown: 404,
  ambiguous: 409,
  unauthorized: 401,
  malformed: 400,
  unavailable: 503,
} as const satisfies Record<DialectOutcome["kind"], number>;

/** The status that most monitors give to what became of a request. */
export function usualStatus({ kind }: DialectOutcome): number {
  return STATUSES[kind];
}

/** What to say where a monitor has no words of its own that its clients look for. */
export function usualText({ kind, problem }: DialectOutcome): string {
  if (kind === "stored") return "OK";
  return kind === "malformed" || kind === "unauthorized" ? problem : SENTENCES[kind];
}

const SENTENCES = {
  unknown: "not found",
  ambiguous: "ambiguous slug",
  unavailable: "not stored, please try again",
};

/** `OK`, or what is wrong, as plain text. */
export function usualAnswer(outcome: DialectOutcome): DialectAnswer {
  return textAnswer(usualStatus(outcome), usualText(outcome));
}
