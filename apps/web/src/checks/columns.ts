/** The columns that the list can show besides status and name, in this order. */
export const COLUMNS = ["schedule", "strip", "last", "usual", "next"] as const;
export type Column = (typeof COLUMNS)[number];

export const COLUMN_LABELS: Record<Column, string> = {
  schedule: "Schedule",
  strip: "Last 30 runs",
  last: "Last ping",
  usual: "Usually",
  next: "Next due",
};

const WIDTHS: Record<Column, string> = {
  schedule: "minmax(0, 1fr)",
  strip: "182px",
  last: "112px",
  usual: "56px",
  next: "104px",
};

/** The value of the list's `grid-template-columns`. */
export function columnTemplate(columns: readonly Column[]): string {
  const widths = columns.map((column) => WIDTHS[column]);
  return ["minmax(264px, 1fr)", "minmax(0, 1.6fr)", ...widths].join(" ");
}

const KEY = "overdue-list-columns";

/** The columns to show. Stored in the browser and not on the server, because they depend on the screen. */
export function storedColumns(): readonly Column[] {
  const stored = localStorage.getItem(KEY)?.split(" ");
  return stored === undefined ? COLUMNS : COLUMNS.filter((column) => stored.includes(column));
}

export function storeColumns(columns: readonly Column[]): void {
  localStorage.setItem(KEY, columns.join(" "));
}
