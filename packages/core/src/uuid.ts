/** Matches a UUID of any version in small letters, anywhere in a text; for a whole text use `isUuid`. */
export const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

const WHOLE = new RegExp(`^${UUID.source}$`);

/** Whether a text is a UUID of any version, in small letters, as this product writes them. */
export function isUuid(text: string): boolean {
  return WHOLE.test(text);
}
