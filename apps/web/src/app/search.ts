import type { DeliveryState, NamedSpan } from "@overdue/core";

import type { Selection } from "../checks/check-selection.ts";
import { GROUPINGS, SORTS, STATUS_FILTERS } from "../checks/list-choices.ts";
import { type Problem, PROBLEMS, type Zoom, ZOOMS } from "../day/day-choices.ts";

/** What the list of checks shows, as its address says. */
export type ListSearch = Omit<Selection, "tag"> & { tag?: string[] | undefined };
/** The open tab of a check's page, and what it points out. */
export type CheckSearch = {
  tab?: "pings" | "runs" | "history" | "how-to";
  /** ISO 8601: the run to point out is the one nearest to this time. */
  at?: string;
};

/** What the page of the day shows: around now by default. */
export type DaySearch = {
  zoom?: Zoom | undefined;
  /** The beginning of the span, ISO 8601. */
  at?: string | undefined;
  q?: string | undefined;
  tag?: string | undefined;
  only?: Problem | undefined;
  sort?: "time" | undefined;
  as?: "table" | undefined;
};

/** Whose uptime is shown, for which span and in what order: all checks, the last 30 days, by uptime. */
export type UptimeSearch = {
  span?: NamedSpan;
  /** The first and the last day of a chosen span, such as 2026-11-30. */
  from?: string;
  until?: string;
  timezone?: string;
  tag?: string;
  /** A column; with "-" in front, in descending order. */
  sort?: string;
};

/** Which deliveries are listed: all by default. */
export type DeliveriesSearch = {
  state?: DeliveryState | undefined;
  channel?: string | undefined;
  check?: string | undefined;
};

/** Which incidents are listed: open ones by default. */
export type IncidentsSearch = { state?: "all" };

/** Which report is shown: the last complete month by default. */
export type ReportSearch = { period?: string; every?: "week"; timezone?: string };

// The two lists are repeated here, so that the router, which every page loads, does not load their packages.
const DELIVERY_STATES = [
  "pending",
  "sending",
  "retry",
  "sent",
  "failed",
  "superseded",
] as const satisfies readonly DeliveryState[];
export const SPANS = [
  "24h",
  "7d",
  "30d",
  "90d",
  "this-month",
  "last-month",
] as const satisfies readonly NamedSpan[];
const TABS = ["pings", "runs", "history", "how-to"] as const;

/** Reads the query of the list's address. Here as below, invalid parts are ignored: people edit addresses by hand. */
export function readListSearch(search: Record<string, unknown>): ListSearch {
  const status = STATUS_FILTERS.find((known) => known === search["status"]);
  const sort = SORTS.find((known) => known === search["sort"]);
  const group = GROUPINGS.find((known) => known === search["group"]);
  const tag = [search["tag"]].flat().flatMap((one) => readText(one) ?? []);
  const q = readText(search["q"]);
  return {
    ...(q !== undefined && { q }),
    ...(tag.length > 0 && { tag }),
    ...(status && { status }),
    ...(sort && { sort }),
    ...(group && { group }),
  };
}

export function readCheckSearch(search: Record<string, unknown>): CheckSearch {
  const tab = TABS.find((known) => known === search["tab"]);
  const at = readText(search["at"]);
  return {
    ...(tab && { tab }),
    ...(tab === "runs" && at !== undefined && !Number.isNaN(Date.parse(at)) && { at }),
  };
}

export function readDaySearch(search: Record<string, unknown>): DaySearch {
  const at = readText(search["at"]);
  const [q, tag] = [readText(search["q"]), readText(search["tag"])];
  const zoom = ZOOMS.find((known) => known === search["zoom"]);
  const only = PROBLEMS.find((known) => known === search["only"]);
  return {
    ...(zoom && { zoom }),
    ...(at !== undefined && !Number.isNaN(Date.parse(at)) && { at }),
    ...(q !== undefined && { q }),
    ...(tag !== undefined && { tag }),
    ...(only && { only }),
    ...(search["sort"] === "time" && { sort: "time" }),
    ...(search["as"] === "table" && { as: "table" }),
  };
}

export function readReportSearch(search: Record<string, unknown>): ReportSearch {
  const [period, timezone] = [readText(search["period"]), readText(search["timezone"])];
  return {
    ...(period !== undefined && { period }),
    ...(search["every"] === "week" && { every: "week" }),
    ...(timezone !== undefined && { timezone }),
  };
}

export function readUptimeSearch(search: Record<string, unknown>): UptimeSearch {
  const span = SPANS.find((known) => known === search["span"]);
  const [from, until] = [readDay(search["from"]), readDay(search["until"])];
  const [timezone, tag] = [readText(search["timezone"]), readText(search["tag"])];
  const sort = readText(search["sort"]);
  return {
    ...(from !== undefined && until !== undefined ? { from, until } : span && { span }),
    ...(timezone !== undefined && { timezone }),
    ...(tag !== undefined && { tag }),
    ...(sort !== undefined && { sort }),
  };
}

function readDay(value: unknown): string | undefined {
  const text = readText(value);
  return text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined;
}

export function readDeliveriesSearch(search: Record<string, unknown>): DeliveriesSearch {
  const state = DELIVERY_STATES.find((known) => known === search["state"]);
  const [channel, check] = [readText(search["channel"]), readText(search["check"])];
  return {
    ...(state && { state }),
    ...(channel !== undefined && { channel }),
    ...(check !== undefined && { check }),
  };
}

export function readIncidentsSearch(search: Record<string, unknown>): IncidentsSearch {
  return search["state"] === "all" ? { state: "all" } : {};
}

/** A cron line, its zone and the schedulers that are compared, as the address of /explain names them. */
export type ExplainSearch = { line?: string; zone?: string; by?: string[] };

export function readExplainSearch(search: Record<string, unknown>): ExplainSearch {
  const [line, zone] = [readText(search["line"]), readText(search["zone"])];
  const by = [search["by"]].flat().flatMap((one) => readText(one) ?? []);
  return {
    ...(line !== undefined && { line }),
    ...(zone !== undefined && { zone }),
    ...(by.length > 0 && { by }),
  };
}

/** One text of a query; undefined for an empty text or any other value. */
export function readText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A path of this app. Anything else, such as another site, becomes the start page. */
export function safePath(to: string | undefined): string {
  const isPath = to !== undefined && /^\/(?![/\\])[\w\-/?=&%.[\]",+]*$/.test(to);
  // "/.//host" would become "//host".
  return isPath && !/\/\/|\/\./.test(to) ? to : "/";
}

/** Reads a query as texts, a repeated name as a list. The router's parser would read a token of digits as a number. */
export function parseSearch(query: string): Record<string, string | string[]> {
  const found = new URLSearchParams(query);
  return Object.fromEntries(
    [...new Set(found.keys())].map((name) => {
      const [first = "", ...more] = found.getAll(name);
      return [name, more.length > 0 ? [first, ...more] : first];
    }),
  );
}

export function stringifySearch(search: Record<string, unknown>): string {
  const pairs = Object.entries(search).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => (typeof one === "string" ? [[name, one]] : [])),
  );
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}
