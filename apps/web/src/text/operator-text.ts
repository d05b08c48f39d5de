/**
 * A sentence of the server about this instance as its operator reads it: what "the operator must" do is for the reader, and
 * a setting is read when Overdue starts. Any other sentence stays as it is.
 */
export function toOperator(sentence: string): string {
  return sentence.replaceAll(
    /the operator must (set|correct) ([^.]+)\./g,
    (_, verb: string, what: string) => `${verb} ${what} and start Overdue again.`,
  );
}
