import { z } from "zod";

import { CommandError } from "../errors.ts";
import { readCronitor } from "./cronitor.ts";
import type { Reader } from "./imported.ts";
import { readGatus, readOpsgenie, readSentry } from "./named.ts";
import { readBetterStack, readKuma, readSnitches } from "./tokens.ts";

type Api = {
  url: string;
  /** The first page below `url`. */
  path: (organization: string) => string;
  authorization: (key: string) => string;
  /** Where the next page is, from the address and the answer of this one; null: this was the last. */
  next?: (page: { url: URL; body: unknown; link: string }) => string | null;
};

type Source = {
  label: string;
  /** What the file that is read is called there. */
  file: string;
  read: Reader;
  /** Null: it has no API that a program could ask. */
  api: Api | null;
};

const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString("base64")}`;
const bearer = (key: string) => `Bearer ${key}`;

/** The products that are imported, by their name on the command line. Source: each one's API reference. */
export const SOURCES: Readonly<Record<string, Source>> = {
  cronitor: {
    label: "Cronitor",
    file: "the answer of GET /api/monitors, or the YAML of cronitor export",
    read: readCronitor,
    api: {
      url: "https://cronitor.io",
      path: () => "/api/monitors?page=1",
      authorization: basic,
      next: nextNumber,
    },
  },
  kuma: {
    label: "Uptime Kuma",
    file: "a backup file of version 1, or the list of monitors that its API clients print",
    read: readKuma,
    api: null,
  },
  sentry: {
    label: "Sentry",
    file: "the answer of GET /api/0/organizations/<org>/monitors/",
    read: readSentry,
    api: {
      url: "https://sentry.io",
      path: (organization) => `/api/0/organizations/${organization}/monitors/`,
      authorization: bearer,
      next: ({ link }) => /<([^>]+)>; rel="next"; results="true"/.exec(link)?.[1] ?? null,
    },
  },
  deadmanssnitch: {
    label: "Dead Man's Snitch",
    file: "the answer of GET /v1/snitches",
    read: readSnitches,
    api: { url: "https://api.deadmanssnitch.com", path: () => "/v1/snitches", authorization: basic },
  },
  betterstack: {
    label: "Better Stack",
    file: "the answer of GET /api/v2/heartbeats",
    read: readBetterStack,
    api: {
      url: "https://uptime.betterstack.com",
      path: () => "/api/v2/heartbeats",
      authorization: bearer,
      next: ({ body }) =>
        z.object({ pagination: z.object({ next: z.string() }) }).safeParse(body).data?.pagination.next ??
        null,
    },
  },
  gatus: { label: "Gatus", file: "its configuration file", read: readGatus, api: null },
  opsgenie: {
    label: "Opsgenie",
    file: "the answer of GET /v2/heartbeats",
    read: readOpsgenie,
    api: {
      url: "https://api.opsgenie.com",
      path: () => "/v2/heartbeats",
      authorization: (key) => `GenieKey ${key}`,
    },
  },
};

/** Cronitor counts its pages, and an empty one is the last. */
function nextNumber({ url, body }: { url: URL; body: unknown }): string | null {
  const { data } = z.object({ monitors: z.array(z.unknown()).min(1) }).safeParse(body);
  if (data === undefined) return null;
  const next = new URL(url);
  next.searchParams.set("page", String(Number(next.searchParams.get("page") ?? "1") + 1));
  return next.href;
}

const TIMEOUT_MS = 30_000;
const PAGES_MAX = 1_000;

/** The pages of a product's API. Throws a `CommandError` in a sentence if it does not answer. */
export async function readPages(
  api: Api,
  { url, key, organization }: { url: string; key: string; organization: string },
): Promise<unknown[]> {
  const pages: unknown[] = [];
  let next: string | null = new URL(api.path(organization), url).href;
  while (next !== null && pages.length < PAGES_MAX) {
    const at: URL = new URL(next, url);
    // The key goes to no other host than it was given for.
    if (at.host !== new URL(url).host)
      throw new CommandError(`${url} names a next page at another host, ${at.host}.`);
    const response: Response = await fetch(at, {
      headers: { authorization: api.authorization(key), accept: "application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "error",
    }).catch((error: Error) => {
      throw new CommandError(`${at.host} could not be asked: ${error.message}.`);
    });
    if (!response.ok)
      throw new CommandError(
        response.status === 401 || response.status === 403
          ? `${at.host} refuses the key: set --api-key to one that reads.`
          : `${at.host} answers ${response.status} to ${at.pathname}.`,
      );
    const body: unknown = await response.json().catch(() => {
      throw new CommandError(`${at.host} does not answer ${at.pathname} with JSON.`);
    });
    pages.push(body);
    next = api.next?.({ url: at, body, link: response.headers.get("link") ?? "" }) ?? null;
  }
  return pages;
}
