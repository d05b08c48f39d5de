import { VisuallyHidden } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";

import { Card } from "./card.tsx";
import styles from "./data-table.module.css";
import { Listing, MoreButton } from "./listing.tsx";

/** A column of a table. `look`: "wide" wraps long text, "dimmed" is secondary, "short" never wraps. */
export type Column<Row> = {
  head: string;
  /** The head is only for screen readers, since the cells explain themselves: buttons, for example. */
  isHeadHidden?: boolean;
  look?: "wide" | "dimmed" | "short";
  /** Makes the head a button that sorts by this column. `order`: null while the rows are sorted by another column. */
  sort?: { order: "ascending" | "descending" | null; choose: () => void };
  cell: (row: Row) => ReactNode;
};

type Props<Row> = {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
  /** The key of the row to point out, to which the page is scrolled once. */
  marked?: string | number | undefined;
};

/** A table. On a phone each row becomes a list of its cells, so that nothing lies beyond the edge of the screen. */
export function DataTable<Row>({ columns, rows, rowKey, marked }: Props<Row>) {
  const markedRow = useRef<HTMLTableRowElement>(null);
  useEffect(() => markedRow.current?.scrollIntoView({ block: "center" }), [marked]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a wide table is scrolled by the arrow keys
    <div className={styles["scroll"]} tabIndex={0}>
      <table className={styles["table"]}>
        <thead>
          <tr>
            {columns.map(({ head, isHeadHidden = false, sort }) => (
              <th key={head} scope="col" aria-sort={sort?.order ?? undefined}>
                {sort ? (
                  <button type="button" className={styles["sort"]} onClick={sort.choose}>
                    {head}
                  </button>
                ) : isHeadHidden ? (
                  <VisuallyHidden>{head}</VisuallyHidden>
                ) : (
                  head
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              ref={rowKey(row) === marked ? markedRow : null}
              data-marked={rowKey(row) === marked || undefined}
            >
              {columns.map(({ head, isHeadHidden = false, look, cell }) => (
                <td key={head} className={look && styles[look]} data-head={isHeadHidden ? undefined : head}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type PagedQuery<Row> = Parameters<typeof Listing<Row>>[0]["query"] & Parameters<typeof MoreButton>[0];

type TableCardProps<Row> = Omit<Props<Row>, "rows"> & {
  title?: string;
  query: PagedQuery<Row>;
  /** Shown instead of a table without rows. */
  empty: string;
};

/** A card with a table whose rows the server sends page by page. */
export function TableCard<Row>({ title, query, empty, ...table }: TableCardProps<Row>) {
  return (
    <Card {...(title !== undefined && { title })}>
      <Listing query={query} empty={empty}>
        {(rows) => <DataTable rows={rows} {...table} />}
      </Listing>
      <MoreButton {...query} />
    </Card>
  );
}

/** Shown in a cell that has no value; on a phone the whole cell is left out. */
export function Dash() {
  return <span className={styles["dash"]}>–</span>;
}

/** Secondary text in a cell. */
export function Dimmed({ children }: { children: ReactNode }) {
  return <span className={styles["dimmed"]}>{children}</span>;
}
