import { type Keyring, LostKey, type Place, seal, unseal } from "../secrets/keyring.ts";
import type { ChannelRef } from "./find-channels.ts";

/** What the settings of a channel are sealed for. */
export function settingsPlace({ projectId, channelId }: ChannelRef): Place {
  return { table: "channels", column: "settings", rowId: channelId, projectId };
}

/** Settings as they are stored: unreadable without the key, and in any other row. */
export function sealSettings(keyring: Keyring, ref: ChannelRef, settings: Record<string, unknown>): string {
  return seal(keyring, settingsPlace(ref), JSON.stringify(settings));
}

/** Settings as they were sealed; null where the keyring has not their key. @throws where they were changed */
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
