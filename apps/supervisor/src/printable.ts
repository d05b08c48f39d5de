// Controls but tab and line feed, separators of lines, and marks that turn the direction of what follows.
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that a terminal or a log shows as it is: names and addresses may hold sequences that a terminal obeys. Each such
 * character becomes its escape, as JSON writes it (`\u001b`), so that a line of JSON stays one.
 */
export function printable(text: string): string {
  return text.replaceAll(
    CONTROLS,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
