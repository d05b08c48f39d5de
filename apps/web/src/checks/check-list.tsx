import { useQueryClient } from "@tanstack/react-query";
import {
  type CSSProperties,
  type ReactNode,
  type RefObject,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";

import { AnnounceChanges } from "../ui/announce.tsx";
import { useKeys } from "../ui/keys.ts";
import { lazyPart } from "../ui/lazy-part.ts";
import { type CheckOverview, loadStrips } from "./check-queries.ts";
import type { ListRow } from "./check-selection.ts";
import { CheckRow } from "./check-row.tsx";
import { type ChosenChecks, useChosen } from "./chosen-checks.ts";
import { checkTiming, STATUS_LABELS, statusAt } from "./status.ts";
import styles from "./check-list.module.css";
import { type Column, COLUMN_LABELS, columnTemplate } from "./columns.ts";
import type { CheckActions } from "./use-check-actions.tsx";

type ListProps = {
  projectId: string;
  /** In the order in which they are shown, with a heading before each group. */
  rows: readonly ListRow[];
  actions: CheckActions;
  /** The heartbeat strip of a check. */
  strip: (check: CheckOverview) => ReactNode;
  chosen: ChosenChecks;
  columns: readonly Column[];
};

/** The heights of `.row` and `.group` in the style sheet, in pixels. */
const ROW_HEIGHT_PX = 36;
const PHONE_ROW_HEIGHT_PX = 76;
const GROUP_HEIGHT_PX = 34;
const PHONE = "(max-width: 40em)";

/** How many rows are rendered at first. Only a longer list loads the code that finds the rows near the screen. */
const FIRST_ROWS = 40;
const RowsNearScreen = lazyPart(() => import("./rows-near-screen.tsx"));

/** The list of checks. Only the rows near the screen are rendered. */
export function CheckList({ projectId, rows, actions, strip, chosen, columns }: ListProps) {
  const list = useRef<HTMLUListElement>(null);
  const height = useMediaQuery(PHONE) ? PHONE_ROW_HEIGHT_PX : ROW_HEIGHT_PX;
  const offset = useOffset(list);
  const order = useMemo(() => rows.flatMap((row) => (row.kind === "check" ? row.check.id : [])), [rows]);
  const tops = useMemo(() => rowTops(rows, height), [rows, height]);
  const [[from, to], setShown] = useState<readonly [number, number]>([0, FIRST_ROWS]);
  const show = useCallback((first: number, end: number) => setShown([first, end]), []);
  const isLong = rows.length > FIRST_ROWS;
  const items = useItems({ rows, tops, order }, isLong ? [from, to] : [0, FIRST_ROWS]);
  useRowMoves({ list, rows, tops, order, chosen });
  useStrips(
    projectId,
    items.flatMap(({ row }) => (row.kind === "check" ? row.check : [])),
  );
  const extendTo = useExtend(chosen, order);
  const shared = { projectId, actions, strip, chosen, columns, extendTo };
  return (
    <div className={styles["list"]} style={{ "--columns": columnTemplate(columns) } as CSSProperties}>
      <ColumnHeads columns={columns} />
      {isLong && (
        <Suspense fallback={null}>
          <RowsNearScreen {...{ tops, offset, show }} />
        </Suspense>
      )}
      <ul
        ref={list}
        className={styles["rows"]}
        aria-label="Checks"
        style={{ height: tops.at(-1) ?? 0 }}
        data-columns={columns.join(" ")}
      >
        {items.map(({ row, key, top, position }) => {
          const style = { transform: `translateY(${top}px)` };
          return row.kind === "group" ? (
            <li key={key} className={styles["group"]} style={style}>
              <h2>{row.label}</h2>
              <span>{row.count}</span>
            </li>
          ) : (
            <ChosenItem
              key={key}
              chosen={chosen}
              id={row.check.id}
              style={style}
              of={order.length}
              at={position}
            >
              <CheckRow {...shared} check={row.check} />
            </ChosenItem>
          );
        })}
      </ul>
    </div>
  );
}

type ItemProps = {
  chosen: ChosenChecks;
  id: string;
  style: CSSProperties;
  at: number;
  of: number;
  children: ReactNode;
};

function ChosenItem({ chosen, id, style, at, of, children }: ItemProps) {
  const isChosen = useChosen(chosen, ({ ids }) => ids.has(id));
  return (
    <li
      className={styles["row"]}
      style={style}
      aria-setsize={of}
      aria-posinset={at}
      data-chosen={isChosen || undefined}
    >
      {children}
    </li>
  );
}

function ColumnHeads({ columns }: { columns: readonly Column[] }) {
  return (
    <div className={styles["heads"]} aria-hidden>
      <span />
      <span>Status</span>
      <span>Check</span>
      {columns.map((column) => (
        <span key={column} className={styles[column]}>
          {COLUMN_LABELS[column]}
        </span>
      ))}
    </div>
  );
}

/** Where each row begins, in pixels from the top of the list, and where the last one ends. */
function rowTops(rows: readonly ListRow[], height: number): number[] {
  let top = 0;
  const ends = rows.map(({ kind }) => (top += kind === "group" ? GROUP_HEIGHT_PX : height));
  return [0, ...ends];
}

type Rows = { rows: readonly ListRow[]; tops: readonly number[]; order: readonly string[] };

/** The rows from `from` up to but without `to`. `top`: in pixels; `position`: among the checks, from 1. */
function useItems({ rows, tops, order }: Rows, [from, to]: readonly [number, number]) {
  const positions = useMemo(() => new Map(order.map((id, index) => [id, index + 1])), [order]);
  return rows.slice(from, to).map((row, index) => ({
    row,
    key: rowKey(row),
    top: tops[from + index] ?? 0,
    position: row.kind === "check" ? (positions.get(row.check.id) ?? 0) : 0,
  }));
}

type Moves = Rows & { list: RefObject<HTMLElement | null>; chosen: ChosenChecks };

/** The keys j and k move to the next and the previous check, and scroll it into view. */
function useRowMoves({ list, rows, tops, order, chosen }: Moves): void {
  const move = (step: number) => {
    const { current } = chosen.state;
    const at = current === null ? -1 : order.indexOf(current);
    const next = order[Math.min(order.length - 1, Math.max(0, at + step))];
    if (next === undefined) return;
    const index = rows.findIndex((row) => rowKey(row) === next);
    scrollTo(list.current, tops[index] ?? 0, tops[index + 1] ?? 0);
    chosen.moveTo(next);
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
}

/** What the bars at the top and the bottom of the screen cover. */
const COVERED_PX = { above: 64, below: 72 };

/** Scrolls just far enough to show a part of the list. `top` and `end`: in pixels from the top of the list. */
function scrollTo(list: HTMLElement | null, top: number, end: number): void {
  const above = list?.getBoundingClientRect().top ?? 0;
  const beyond = Math.max(0, above + end + COVERED_PX.below - window.innerHeight);
  window.scrollBy(0, Math.min(beyond, above + top - COVERED_PX.above));
}

function rowKey(row: ListRow): string {
  return row.kind === "check" ? row.check.id : `group ${row.label}`;
}

/** How far below the top of the page the list begins, in pixels. It changes with what is above the list. */
function useOffset(list: RefObject<HTMLElement | null>): number {
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    const measure = () => setOffset(list.current?.offsetTop ?? 0);
    measure();
    const above = list.current?.closest("main");
    if (!above || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(above);
    return () => observer.disconnect();
  }, [list]);
  return offset;
}

/** Returns a stable function, so that the rows are not rendered again when the order changes. */
function useExtend(chosen: ChosenChecks, order: readonly string[]): (id: string) => void {
  const latest = useRef(order);
  useEffect(() => {
    latest.current = order;
  });
  return useCallback((id: string) => chosen.extendTo(id, latest.current), [chosen]);
}

const SCROLL_PAUSE_MS = 80;

/** Reads the strips that the shown rows do not have yet, once the person stops scrolling. */
function useStrips(projectId: string, shown: readonly CheckOverview[]): void {
  const client = useQueryClient();
  const missing = shown.filter(({ strip }) => strip === undefined);
  const ids = missing.map(({ id }) => id).join();
  useEffect(() => {
    if (ids === "") return;
    // Without a connection there are no strips; the page's banner says so.
    const load = () => void loadStrips(client, projectId, ids.split(",")).catch(() => undefined);
    const timer = setTimeout(load, SCROLL_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [client, projectId, ids]);
}

function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
  );
}

/** Makes screen readers say that the status of a check has changed, even if its row is not rendered. */
export function AnnounceStatuses({ checks, now }: { checks: readonly CheckOverview[]; now: number }) {
  const labels = useMemo(
    () =>
      new Map(
        checks.map((check) => [check.name, STATUS_LABELS[statusAt(checkTiming(check), now)].toLowerCase()]),
      ),
    [checks, now],
  );
  return <AnnounceChanges labels={labels} />;
}
