/** A UUID of any version in small letters. Anchor it with `isUuid`, or build a larger pattern from its source. */
export const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

const WHOLE = new RegExp(`^${UUID.source}$`);

/** Whether a text is a UUID of any version, in small letters, as this product writes them. */
export function isUuid(text: string): boolean {
  return WHOLE.test(text);
}
