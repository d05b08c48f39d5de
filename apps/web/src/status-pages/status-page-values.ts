import type { StatusPageDraft, StatusPageView } from "./status-page-queries.ts";

/** A check as it may stand on a page; `strip` as the API encodes it. */
export type PageCheck = {
  id: string;
  name: string;
  tags: readonly string[];
  status: "new" | "up" | "grace" | "down" | "paused";
  isInMaintenance: boolean;
  strip: string;
};

export type EntryValues = { checkId: string; group: string; name: string };

/** The fields of the form as a person types them. */
export type StatusPageValues = {
  name: string;
  slug: string;
  description: string;
  host: string;
  visibility: "public" | "password";
  password: string;
  theme: "auto" | "light" | "dark";
  timezone: string;
  showsIncidents: boolean;
  entries: EntryValues[];
};

export function newStatusPageValues(timezone: string): StatusPageValues {
  return {
    name: "",
    slug: "",
    description: "",
    host: "",
    visibility: "public",
    password: "",
    theme: "auto",
    timezone,
    showsIncidents: true,
    entries: [],
  };
}

export function statusPageValues(page: StatusPageView): StatusPageValues {
  const { name, slug, description, visibility, theme, timezone, showsIncidents } = page;
  const entries = page.entries.map((entry) => ({ ...entry }));
  const host = page.host ?? "";
  return {
    name,
    slug,
    description,
    visibility,
    theme,
    timezone,
    showsIncidents,
    entries,
    host,
    password: "",
  };
}

/** What the API takes; a password that was not typed stays as it is. */
export function statusPageDraft({ password, host, ...values }: StatusPageValues): StatusPageDraft {
  return {
    ...values,
    host: host.trim() === "" ? null : host,
    ...(values.visibility === "password" && password !== "" && { password }),
  };
}

/** An address that fits a name: "Our jobs!" becomes "our-jobs". */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
}

/** Adds checks at the end, each under a name that a visitor understands; the person may change it. */
export function withChecks(
  entries: readonly EntryValues[],
  added: readonly PageCheck[],
  group = "",
): EntryValues[] {
  const known = new Set(entries.map(({ checkId }) => checkId));
  return [
    ...entries,
    ...added
      .filter(({ id }) => !known.has(id))
      .map(({ id, name }) => ({ checkId: id, group, name: name.slice(0, 100) })),
  ];
}

/** Moves an entry one place up (-1) or down (1). */
export function movedEntry(entries: readonly EntryValues[], index: number, by: -1 | 1): EntryValues[] {
  const moved = [...entries];
  const [entry] = moved.splice(index, 1);
  if (entry !== undefined) moved.splice(index + by, 0, entry);
  return moved;
}

/** The settings of a page in words, to show what differs between two versions. */
export function statusPageFacts(page: StatusPageView): [label: string, text: string][] {
  return [
    ["Name", page.name],
    ["Address", page.slug],
    ["Own host", page.host ?? "none"],
    ["Description", page.description],
    ["Who may see it", page.visibility === "public" ? "Everybody" : "Those who know the password"],
    ["Theme", page.theme],
    ["Time zone", page.timezone],
    ["Incidents appear by themselves", page.showsIncidents ? "yes" : "no"],
    ["Checks", page.entries.map(({ name, group }) => (group === "" ? name : `${group}: ${name}`)).join(", ")],
  ];
}
