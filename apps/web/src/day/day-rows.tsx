import { HOUR_MS } from "@overdue/schedules";
import { Link, useNavigate } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type PointerEvent,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";

import { browserZone, shortZonedText, zonedText } from "../time/zones.ts";
import { itemsNear, ROW, type RowInput, rowItems, rowShapes, type RowItem } from "./day-picture.ts";
import type { Span } from "./day-queries.ts";
import { PROBLEMS } from "./day-choices.ts";
import type { Row, RowSums } from "./day-summary.ts";
import styles from "./day.module.css";

type Props = {
  projectId: string;
  rows: readonly Row[];
  span: Span;
  partMs: number;
  /** Epoch milliseconds. */
  now: number;
  /** How wide the pictures are, in pixels. */
  width: number;
  /** The name is shown above its picture, because there is no room beside it. */
  isNarrow: boolean;
};

/** The heights of `.row` in the style sheet, in pixels. */
const ROW_HEIGHT_PX = 40;
const NARROW_ROW_HEIGHT_PX = 60;
const OVERSCAN_ROWS = 10;

/** A row for each check. Only the rows near the screen are rendered. */
export function DayRows({ projectId, rows, span, partMs, now, width, isNarrow }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const height = isNarrow ? NARROW_ROW_HEIGHT_PX : ROW_HEIGHT_PX;
  const [offset, setOffset] = useState(0);
  useEffect(() => setOffset(list.current?.offsetTop ?? 0), [rows.length, isNarrow]);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoises this component
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => height,
    overscan: OVERSCAN_ROWS,
    scrollMargin: offset,
    getItemKey: (index) => rows[index]?.check.id ?? index,
  });
  useEffect(() => virtual.measure(), [virtual, height]);
  return (
    <ul ref={list} className={styles["rows"]} aria-label="Checks" style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map(({ index, key, start }) => {
        const row = rows[index];
        return (
          row && (
            <li
              key={key}
              className={styles["row"]}
              style={{ transform: `translateY(${start - offset}px)` }}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
            >
              <Link
                to="/projects/$projectId/checks/$checkId"
                params={{ projectId, checkId: row.check.id }}
                className={styles["name"]}
                title={`${row.check.name}: ${row.check.scheduleText}`}
                data-status={row.check.status}
              >
                {row.check.name}
              </Link>
              <RowPicture
                projectId={projectId}
                row={row}
                from={span.from}
                ms={span.until - span.from}
                partMs={partMs}
                now={now}
                width={width}
              />
            </li>
          )
        );
      })}
    </ul>
  );
}

type PictureProps = {
  projectId: string;
  row: Row;
  from: number;
  ms: number;
  partMs: number;
  now: number;
  width: number;
};

/** How near to the pointer a thing must be for its text to be shown. */
const REACH_PX = 7;

/**
 * A picture of what one check did, by time. It shows texts for what is pointed at, or chosen by the arrow keys; a click,
 * or Enter, opens the runs of the check there. A finger opens with its second touch, because the first shows the texts.
 */
const RowPicture = memo(function RowPicture({ projectId, row, from, ms, partMs, now, width }: PictureProps) {
  const navigate = useNavigate();
  const isFirstTouch = useRef(false);
  const input = useMemo<RowInput>(
    () => ({ check: row.check, ms, partMs, now: now - from }),
    [row, ms, partMs, now, from],
  );
  const shapes = useMemo(() => rowShapes(input, width), [input, width]);
  const { at, handlers } = usePointedTime(ms, () => rowItems(input, String));
  const tip = useId();
  const reach = (REACH_PX / width) * ms;
  const texts = at === null ? [] : itemsNear(rowItems(input, timeText(from, ms)), at, reach);
  const open = () => {
    const [nearest] = texts;
    if (nearest === undefined) return;
    const isPast = from + nearest.start <= now;
    void navigate({
      to: "/projects/$projectId/checks/$checkId",
      params: { projectId, checkId: row.check.id },
      search: isPast ? { tab: "runs", at: new Date(from + nearest.start).toISOString() } : {},
    });
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Enter does what a click does
    <div
      className={styles["field"]}
      data-open={texts.length > 0 || undefined}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a picture that is drawn here, not loaded
      role="img"
      aria-label={sumsText(row.check.name, row.sums)}
      aria-describedby={texts.length > 0 ? tip : undefined}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what it holds is read by the arrow keys
      tabIndex={0}
      {...handlers}
      onPointerDown={(event) => {
        isFirstTouch.current = event.pointerType === "touch" && texts.length === 0;
        handlers.onPointerDown(event);
      }}
      onClick={() => !isFirstTouch.current && open()}
      onKeyDown={(event) => (event.key === "Enter" ? open() : handlers.onKeyDown(event))}
    >
      <svg width="100%" height={ROW.height} className={styles["picture"]} aria-hidden>
        {shapes.map(({ kind, path, stroke }) => (
          <path key={kind} d={path} data-kind={kind} data-stroke={stroke || undefined} />
        ))}
      </svg>
      {at !== null && texts.length > 0 && <Tip id={tip} items={texts} share={at / ms} />}
    </div>
  );
});

/** A tooltip with texts about a place in a picture. `share`: the place, from 0 to 1 of the width. */
export function Tip({ id, items, share }: { id: string; items: readonly { text: string }[]; share: number }) {
  const style: CSSProperties = share < 0.5 ? { left: `${share * 100}%` } : { right: `${(1 - share) * 100}%` };
  return (
    <span id={id} role="tooltip" className={styles["tip"]} style={style}>
      {[...new Set(items.map(({ text }) => text))].map((text) => (
        <span key={text}>{text}</span>
      ))}
    </span>
  );
}

/** Returns a formatter of times, given in milliseconds after `from`; with seconds in a span of up to six hours. */
export function timeText(from: number, ms: number): (at: number) => string {
  const zone = browserZone();
  const text = ms <= 6 * HOUR_MS ? zonedText : shortZonedText;
  return (at) => text(from + at, zone);
}

/** "nightly backup: 24 runs, 1 missed". */
function sumsText(name: string, sums: RowSums): string {
  const bad = PROBLEMS.flatMap((problem) =>
    sums[problem] === 0 ? [] : [`${sums[problem]} ${PROBLEM_TEXTS[problem]}`],
  );
  return `${name}: ${[sums.runs === 1 ? "1 run" : `${sums.runs} runs`, ...bad].join(", ")}`;
}

export const PROBLEM_TEXTS = {
  failed: "failed",
  missed: "missed",
  late: "late",
  overlong: "took too long",
  overlap: "overlapping",
} as const;

/** The time that is pointed at, touched or chosen by a key, in ms after the beginning of the span; null for none. */
export function usePointedTime(ms: number, items: () => readonly Pick<RowItem, "start">[]) {
  const [at, setAt] = useState<number | null>(null);
  const point = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setAt(((event.clientX - left) / Math.max(1, width)) * ms);
  };
  const press = (event: KeyboardEvent) => {
    const next = nextTime(
      event.key,
      at,
      items().map(({ start }) => Math.min(ms, Math.max(0, start))),
    );
    if (next === undefined) return;
    // Otherwise the same keys would also move the page through time.
    event.preventDefault();
    event.stopPropagation();
    setAt(next);
  };
  return {
    at,
    handlers: {
      onPointerMove: point,
      onPointerDown: point,
      onPointerLeave: (event: PointerEvent) => {
        if (event.pointerType === "mouse") setAt(null);
      },
      onBlur: () => setAt(null),
      onKeyDown: press,
    },
  };
}

/** The time to choose after a key; null closes the texts, undefined means that the key has no meaning here. */
function nextTime(key: string, at: number | null, times: readonly number[]): number | null | undefined {
  if (key === "Escape") return at === null ? undefined : null;
  if (times.length === 0) return undefined;
  if (key === "Home") return times[0];
  if (key === "End") return times.at(-1);
  if (key === "ArrowRight") return times.find((time) => at === null || time > at) ?? times.at(-1);
  if (key === "ArrowLeft") return times.findLast((time) => at === null || time < at) ?? times[0];
  return undefined;
}
