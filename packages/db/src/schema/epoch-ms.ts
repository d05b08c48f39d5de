/** An instant's column as epoch milliseconds, as core counts; null where it is null. */
export function epochMs(column: string): string {
  return `(extract(epoch from ${column}) * 1000)::float8`;
}
