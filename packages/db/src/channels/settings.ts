import { type Keyring, LostKey, type Place, seal, unseal } from "../secrets/keyring.ts";
import type { ChannelRef } from "./find-channels.ts";

/** The place for which the settings of a channel are sealed. */
export function settingsPlace({ projectId, channelId }: ChannelRef): Place {
  return { table: "channels", column: "settings", rowId: channelId, projectId };
}

/** Seals settings for storage: they cannot be read without the key, nor in any other row. */
export function sealSettings(keyring: Keyring, ref: ChannelRef, settings: Record<string, unknown>): string {
  return seal(keyring, settingsPlace(ref), JSON.stringify(settings));
}

/** Opens sealed settings; null if the keyring does not have their key. @throws if they were changed */
export function openSettings(
  keyring: Keyring,
  ref: ChannelRef,
  sealed: string,
): Record<string, unknown> | null {
  try {
    // What `sealSettings` sealed is of this shape.
    return JSON.parse(unseal(keyring, settingsPlace(ref), sealed)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof LostKey) return null;
    throw error;
  }
}
