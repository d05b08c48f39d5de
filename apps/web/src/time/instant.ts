/** An instant of the API (ISO 8601, UTC) as epoch milliseconds. */
export function instant(iso: string): number;
export function instant(iso: string | null): number | null;
export function instant(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}
