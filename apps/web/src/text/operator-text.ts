/**
 * A sentence of the server about this instance as its operator reads it: what "the operator must" or can do is for the reader, and
 * a setting is read when Overdue starts. Any other sentence stays as it is.
 */
export function toOperator(sentence: string): string {
  return sentence.replaceAll(
    /([Tt])he operator (?:must|can) ([^.]+)\./g,
    (_, t: string, what: string) =>
      `${t === "T" ? what.charAt(0).toUpperCase() + what.slice(1) : what} and start Overdue again.`,
  );
}
