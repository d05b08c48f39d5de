import type { Problem } from "./kind.ts";
import { channelKinds, type KindName } from "./registry.ts";

type Settings = Record<string, unknown>;

/** The merged settings, or the ones that must be given again. */
export type Merged = { ok: true; settings: Settings } | { ok: false; problems: readonly Problem[] };

/**
 * Merges the settings of an edit into the stored ones; what the edit leaves out stays as it is. Where an address changes
 * its origin, secrets must be given again: otherwise an editor of the channel could have its stored secrets sent to an
 * address of their choice.
 */
export function mergeSettings(kind: KindName, stored: Settings, given: Settings): Merged {
  const settings = { ...stored, ...given };
  const known = originsIn(stored);
  const isElsewhere = [...originsIn(settings)].some((origin) => !known.has(origin));
  if (!isElsewhere) return { ok: true, settings };
  const open = fieldsWithoutSecrets(kind);
  const missing = Object.keys(stored).filter((name) => !(name in given) && !open.has(name));
  if (missing.length === 0) return { ok: true, settings };
  return { ok: false, problems: missing.map((field) => ({ field, message: GIVE_AGAIN })) };
}

const GIVE_AGAIN = "Give this again: the address is another now, and what is stored is not sent there.";

/** The names of settings that cannot hold a secret. */
function fieldsWithoutSecrets(kind: KindName): ReadonlySet<string> {
  const mayCarrySecrets = new Set(["password", "pairs", "paragraph", "url"]);
  const fields = channelKinds[kind].fields.filter(
    ({ secret, input }) => !secret && !mayCarrySecrets.has(input),
  );
  return new Set(fields.map(({ name }) => name));
}

/** The origins (scheme, host and port) of all addresses among the settings. */
function originsIn(settings: Settings): Set<string> {
  const texts = Object.values(settings).filter((value) => typeof value === "string");
  return new Set(texts.flatMap((text) => (/^\s*https?:/i.test(text) ? originOf(text) : [])));
}

function originOf(text: string): string[] {
  const url = URL.parse(text.trim());
  return url === null ? [] : [url.origin];
}
