// Control characters except tab and line feed, line separators, and marks that turn the direction of text.
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Escapes the characters that a terminal would obey; names and addresses may contain them. Each becomes its JSON escape,
 * such as `\u001b`, so that a line of JSON stays valid.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(
    CONTROLS,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
