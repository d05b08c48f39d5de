/**
 * A sentence of the server about this instance as its operator reads it: what "the operator must" or can do is for the reader, and
 * a setting is read when Overdue starts. Any other sentence stays as it is.
 */
export function toOperator(sentence: string): string {
  return sentence.replaceAll(
    /(t)he operator (?:must|can) (\w)([^.]+)\./gi,
    (_, t: string, first: string, rest: string) =>
      `${t === "T" ? first.toUpperCase() : first}${rest} and start Overdue again.`,
  );
}
