import type { Problem } from "./kind.ts";
import { channelKinds, type KindName } from "./registry.ts";

type Settings = Record<string, unknown>;

/** Stored settings with the given ones over them, or what has to be given again. */
export type Merged = { ok: true; settings: Settings } | { ok: false; problems: readonly Problem[] };

/**
 * Lays the settings that somebody gives over the stored ones, of which they may leave out what stays as it is. Where an
 * address changes its origin, nothing that may be secret is kept: whoever may edit a channel would else have its stored
 * secrets sent to an address of their choice.
 */
export function mergeSettings(kind: KindName, stored: Settings, given: Settings): Merged {
  const settings = { ...stored, ...given };
  const known = originsIn(stored);
  const isElsewhere = [...originsIn(settings)].some((origin) => !known.has(origin));
  if (!isElsewhere) return { ok: true, settings };
  const open = openFields(kind);
  const missing = Object.keys(stored).filter((name) => !(name in given) && !open.has(name));
  if (missing.length === 0) return { ok: true, settings };
  return { ok: false, problems: missing.map((field) => ({ field, message: AGAIN })) };
}

const AGAIN = "Give this again: the address is another now, and what is stored is not sent there.";

/** Settings that are no secret of any kind: neither passwords nor texts that may carry one. */
function openFields(kind: KindName): ReadonlySet<string> {
  const mayCarrySecrets = new Set(["password", "pairs", "paragraph", "url"]);
  const fields = channelKinds[kind].fields.filter(
    ({ secret, input }) => !secret && !mayCarrySecrets.has(input),
  );
  return new Set(fields.map(({ name }) => name));
}

/** Scheme, host and port of every address among the settings. */
function originsIn(settings: Settings): Set<string> {
  const texts = Object.values(settings).filter((value) => typeof value === "string");
  return new Set(texts.flatMap((text) => (/^\s*https?:/i.test(text) ? originOf(text) : [])));
}

function originOf(text: string): string[] {
  const url = URL.parse(text.trim());
  return url === null ? [] : [url.origin];
}
