import { isRecord, parseJsonOrNull } from "../text/json.ts";
import type { ShadowProduct } from "./forward.ts";

/** What another product thinks of one of its checks. `keys`: all by which the check may be known. */
export type Verdict = {
  keys: readonly string[];
  status: "up" | "down" | "paused";
  graceSeconds: number | null;
};

/** The product's API. `apiKey`: a key that reads; one that only reads suffices. */
export type OldApi = { product: ShadowProduct; apiUrl: string; apiKey: string };

/** `next`: the address of the next page; null after the last. */
type Read = { verdicts: readonly Verdict[]; next: string | null } | { problem: string };

type Reader = {
  path: string;
  headers: (apiKey: string) => Record<string, string>;
  read: (answer: Record<string, unknown>) => readonly unknown[] | null;
  verdict: (item: Record<string, unknown>) => Verdict | null;
  next?: (answer: Record<string, unknown>, url: URL) => string | null;
};

/** The products whose API is read. Source: each one's API reference. */
const READERS: Partial<Record<ShadowProduct, Reader>> = {
  healthchecks: {
    path: "/api/v3/checks/",
    headers: (apiKey) => ({ "x-api-key": apiKey }),
    read: ({ checks }) => listOf(checks),
    verdict: (check) => {
      const { uuid, ping_url: pingUrl, unique_key: uniqueKey, slug, grace } = check;
      const pinged = typeof pingUrl === "string" ? (pingUrl.split("/").at(-1) ?? "") : "";
      return verdictOf([uuid, pinged, uniqueKey, slug], HEALTHCHECKS[String(check["status"])], grace);
    },
  },
  cronitor: {
    path: "/api/monitors?page=1",
    headers: basic,
    read: ({ monitors }) => listOf(monitors),
    verdict: ({ key, name, paused, passing, initialized, grace_seconds: grace }) => {
      const isOff = paused === true || initialized === false;
      return verdictOf([key, name], isOff ? "paused" : passing === false ? "down" : "up", grace);
    },
    next: ({ total_monitor_count: total, page_size: size }, url) => {
      const page = Number(url.searchParams.get("page") ?? 1);
      return Number(size) > 0 && page * Number(size) < Number(total) ? withPage(url, page + 1) : null;
    },
  },
  "dead-mans-snitch": {
    path: "/v1/snitches",
    headers: basic,
    read: (answer) => listOf(answer["items"]),
    verdict: ({ token, name, status }) => verdictOf([token, name], SNITCH[String(status)], null),
  },
  "better-stack": {
    path: "/api/v2/heartbeats",
    headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
    read: ({ data }) => listOf(data),
    verdict: ({ attributes }) => {
      if (!isRecord(attributes)) return null;
      const { url, name, status, grace } = attributes;
      const token = typeof url === "string" ? (url.split("/").at(-1) ?? "") : "";
      return verdictOf([token, name], BETTER_STACK[String(status)], grace);
    },
    next: ({ pagination }) =>
      isRecord(pagination) && typeof pagination["next"] === "string" ? pagination["next"] : null,
  },
};

type Status = Verdict["status"];
/** Late but not yet down is up; a check that waits for its first ping is watched as little as a paused one. */
const HEALTHCHECKS: Record<string, Status> = {
  up: "up",
  grace: "up",
  down: "down",
  paused: "paused",
  new: "paused",
};
const SNITCH: Record<string, Status> = {
  healthy: "up",
  missing: "down",
  failed: "down",
  errored: "down",
  paused: "paused",
  pending: "paused",
};
const BETTER_STACK: Record<string, Status> = { up: "up", down: "down", paused: "paused", pending: "paused" };

/** Whether the product can be asked what it thinks of its checks. */
export function canBeAsked(product: ShadowProduct): boolean {
  return READERS[product] !== undefined;
}

/** The request for the first page of its checks; null for a product that cannot be asked. */
export function verdictRequest({ product, apiUrl, apiKey }: OldApi) {
  const reader = READERS[product];
  if (reader === undefined) return null;
  return { url: `${apiUrl.replace(/\/+$/, "")}${reader.path}`, headers: reader.headers(apiKey) };
}

/** Reads one page of the product's answer; `url`: the page's own. The next page is at the same server, or is none. */
export function readVerdicts(product: ShadowProduct, { url, text }: { url: string; text: string }): Read {
  const answer = parseObject(text);
  const reader = READERS[product];
  const items = reader === undefined || answer === null ? null : reader.read(answer);
  if (reader === undefined || answer === null || items === null)
    return { problem: "The answer is no list of checks: is the address that of its API?" };
  const verdicts = items.flatMap((item) => (isRecord(item) ? [reader.verdict(item)] : []));
  const next = reader.next?.(answer, new URL(url)) ?? null;
  return {
    verdicts: verdicts.filter((each) => each !== null),
    next: next !== null && isAtSameServer(next, url) ? next : null,
  };
}

function verdictOf(keys: readonly unknown[], status: Status | undefined, grace: unknown): Verdict | null {
  const known = keys.filter((key): key is string => typeof key === "string" && key !== "");
  if (known.length === 0 || status === undefined) return null;
  return { keys: known, status, graceSeconds: typeof grace === "number" && grace >= 0 ? grace : null };
}

/** An object in JSON; a bare list becomes one with `items`. */
function parseObject(text: string): Record<string, unknown> | null {
  const value = parseJsonOrNull(text);
  return Array.isArray(value) ? { items: value } : isRecord(value) ? value : null;
}

function listOf(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? (value as unknown[]) : null;
}

function basic(apiKey: string): Record<string, string> {
  return { authorization: `Basic ${btoa(`${apiKey}:`)}` };
}

function withPage(url: URL, page: number): string {
  const next = new URL(url);
  next.searchParams.set("page", String(page));
  return next.href;
}

/** A read key must not be sent to whichever address an answer names. */
function isAtSameServer(next: string, url: string): boolean {
  return URL.canParse(next) && new URL(next).origin === new URL(url).origin;
}
