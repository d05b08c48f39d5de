import { slugify } from "@overdue/core";
import { z } from "zod";

/** A check as `POST …/checks` takes it; its schedule is validated by the server. */
export type ImportedCheck = {
  name: string;
  slug: string;
  tags: string[];
  description?: string;
  schedule: object;
  graceSeconds?: number;
  maxRuntimeSeconds?: number;
  recoverAfter?: number;
  tolerance?: object | null;
  progressExtends?: boolean;
  severity?: "info" | "warning" | "critical";
};

/** One monitor of another product. `problems`: what could not be carried over, a sentence each. */
export type Imported = {
  check: ImportedCheck | null;
  /** How the report names it. */
  name: string;
  isPaused: boolean;
  /** The key in its ping URLs, by which its clients go on once they know the new host; null: its name or slug is that key. */
  alias: { product: string; key: string } | null;
  /** The path of its ping URLs behind the new host, as the client writes it; PING_KEY stands for the project's ping key. */
  path: string;
  problems: string[];
};

/** Reads what a product exports; null: it is not in that product's form. */
export type Reader = (text: unknown) => Imported[] | null;

const NAME_CHARS_MAX = 100;
const GRACE_SECONDS_MIN = 60;
export const MINUTE = 60;
export const HOUR = 3_600;
export const DAY = 86_400;

/** A monitor that becomes no check, and why. */
export function leftOut(name: string, problem: string): Imported {
  return { check: null, name, isPaused: false, alias: null, path: "", problems: [problem] };
}

/** The slug that a ping of this name finds, as the server makes it. */
function slugFor(name: string): string {
  return slugify(name).replace(/^_+/, "") || "job";
}

export function checkFor(
  name: string,
  key: string,
  more: Omit<ImportedCheck, "name" | "slug">,
): ImportedCheck {
  const { graceSeconds } = more;
  return {
    ...more,
    name: name.trim().slice(0, NAME_CHARS_MAX),
    slug: slugFor(key),
    ...(graceSeconds !== undefined && {
      graceSeconds: Math.max(GRACE_SECONDS_MIN, Math.round(graceSeconds)),
    }),
  };
}

/** A tag has no blanks here. */
export function tagsFrom(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.trim().replaceAll(/\s+/g, "-")).filter((tag) => tag !== ""))];
}

export const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? "");
export const Texts = z
  .array(z.string())
  .nullish()
  .transform((texts) => texts ?? []);
export const Seconds = z
  .number()
  .nullish()
  .transform((seconds) => seconds ?? null);

/** Two monitors of one slug would be one check: the later ones get a part of their key. */
export function withOwnSlugs(imported: readonly Imported[]): Imported[] {
  const taken = new Set<string>();
  return imported.map((one) => {
    if (one.check === null) return one;
    const { slug } = one.check;
    const own = taken.has(slug) ? slugFor(`${slug}-${(one.alias?.key ?? one.path).slice(-8)}`) : slug;
    taken.add(own);
    return { ...one, check: { ...one.check, slug: own } };
  });
}
