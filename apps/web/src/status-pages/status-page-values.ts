import type { StatusPageDraft, StatusPageView } from "./status-page-queries.ts";

/** A check that may be put on a page; `strip` as the API encodes it. */
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

/** The page as the API takes it. Without a typed password the stored one is kept. */
export function statusPageDraft({ password, host, ...values }: StatusPageValues): StatusPageDraft {
  return {
    ...values,
    host: host.trim() === "" ? null : host,
    ...(values.visibility === "password" && password !== "" && { password }),
  };
}

/** Proposes an address for a name: "Our jobs!" becomes "our-jobs". */
export function proposeSlug(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
}

/** Adds checks at the end, those already on the page left out. Their names become the public names at first. */
export function addChecks(
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

/** The settings of a page in words, to compare two versions. */
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
