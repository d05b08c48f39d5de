import { durationText } from "@overdue/core";
import { type PointerEvent, useId, useMemo, useRef, useState, useSyncExternalStore } from "react";

import { browserZone, instant, shortZonedText } from "../time/zones.ts";
import type { Activity, Span } from "./day-queries.ts";
import { DayRows, Tip, timeText, usePointedTime } from "./day-rows.tsx";
import { axisLines } from "./day-span.ts";
import { type Load, loadByPart, type Row } from "./day-summary.ts";
import styles from "./day.module.css";

type Props = {
  projectId: string;
  activity: Activity;
  rows: readonly Row[];
  span: Span;
  /** Epoch milliseconds. */
  now: number;
  /** Called with the new beginning of the span after it was dragged. */
  onMove: (from: number) => void;
  /** -1 for a shorter span, 1 for a longer one. */
  onZoom: (direction: -1 | 1) => void;
};

/** Below this width the names are shown above the pictures. */
const NARROW_PX = 700;
const LABEL_DISTANCE_MIN_PX = 62;
/** A label needs this much space before the right edge. */
const LABEL_WIDTH_PX = 46;
/** The width that is assumed until the element is measured. */
const ASSUMED_WIDTH_PX = 900;

/** The time axis, how many runs are open at once, and a row for each check. It can be dragged through time. */
export function DayChart({ projectId, activity, rows, span, now, onMove, onZoom }: Props) {
  const field = useRef<HTMLDivElement>(null);
  const total = useWidth(field);
  const isNarrow = total < NARROW_PX;
  const width = Math.max(60, isNarrow ? total : total - NAMES_WIDTH_PX);
  const { drag, handlers } = useDrag(
    (pixels) => onMove(span.from - (pixels / width) * (span.until - span.from)),
    onZoom,
  );
  return (
    <div
      ref={field}
      className={styles["chart"]}
      data-narrow={isNarrow || undefined}
      style={{ ["--drag" as string]: `${drag}px` }}
      {...handlers}
    >
      <Axis span={span} width={width} />
      <div className={styles["body"]}>
        <Backdrop activity={activity} span={span} width={width} now={now} />
        <LoadRow activity={activity} span={span} now={now} />
        <DayRows
          projectId={projectId}
          rows={rows}
          span={span}
          partMs={activity.partMs}
          now={now}
          width={width}
          isNarrow={isNarrow}
        />
      </div>
    </div>
  );
}

/** The width of the names beside the pictures, as in the style sheet. */
const NAMES_WIDTH_PX = 220;

function linesFor(span: Span, width: number) {
  return axisLines(span, browserZone(), Math.max(3, Math.floor(width / LABEL_DISTANCE_MIN_PX)));
}

/** The lines whose labels fit before the right edge. */
function labelsFor(span: Span, width: number) {
  const last = span.until - (LABEL_WIDTH_PX / width) * (span.until - span.from);
  return linesFor(span, width).filter(({ at }) => at <= last);
}

function share(at: number, { from, until }: Span): string {
  return `${((at - from) / (until - from)) * 100}%`;
}

function Axis({ span, width }: { span: Span; width: number }) {
  return (
    <div className={styles["axis"]} aria-hidden>
      <div className={styles["moved"]}>
        {labelsFor(span, width).map(({ at, label, strong }) => (
          <span key={at} style={{ left: share(at, span) }} data-strong={strong || undefined}>
            {label}
          </span>
        ))}
      </div>
    </div>
  );
}

type BackdropProps = { activity: Activity; span: Span; width: number; now: number };

/** The background of all rows: the lines of the axis, outages of Overdue itself, and the present instant. */
function Backdrop({ activity, span, width, now }: BackdropProps) {
  return (
    <div className={styles["backdrop"]}>
      <div className={styles["moved"]}>
        {linesFor(span, width).map(({ at, strong }) => (
          <i
            key={at}
            className={styles["line"]}
            style={{ left: share(at, span) }}
            data-strong={strong || undefined}
          />
        ))}
        {activity.outages.map(({ startedAt, endedAt }) => {
          const from = Math.max(span.from, instant(startedAt));
          const until = Math.min(span.until, endedAt === null ? now : instant(endedAt));
          return (
            <i
              key={startedAt}
              className={styles["outage"]}
              style={{
                left: share(from, span),
                width: `${((until - from) / (span.until - span.from)) * 100}%`,
              }}
            />
          );
        })}
        {now >= span.from && now < span.until && (
          <>
            <i className={styles["ahead"]} style={{ left: share(now, span) }} />
            <i className={styles["now"]} style={{ left: share(now, span) }} />
          </>
        )}
      </div>
    </div>
  );
}

const LOAD_HEIGHT_PX = 44;

/** How many runs of all checks are open in each part of the span, which shows what piles up at the full hour. */
function LoadRow({ activity, span, now }: Pick<Props, "activity" | "span" | "now">) {
  const ms = span.until - span.from;
  const { partMs } = activity;
  const loads = useMemo(() => loadByPart(activity, ms, now - span.from), [activity, ms, now, span.from]);
  const highest = Math.max(1, ...loads.map(({ runs, expected }) => runs + expected));
  const times = loads.flatMap((load, index) => (isBusy(load) ? [{ start: (index + 0.5) * partMs }] : []));
  const { at, handlers } = usePointedTime(ms, () => times);
  const pointed = at === null ? null : Math.floor(at / partMs);
  const load = pointed === null ? undefined : loads[pointed];
  const tip = useId();
  return (
    <div className={styles["load"]}>
      <span className={styles["loadName"]}>
        Runs at once within {durationText(partMs)}: up to {highest}
      </span>
      <div
        className={styles["field"]}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a picture that is drawn here, not loaded
        role="img"
        aria-label={`How many runs go on at once: at most ${highest} within ${durationText(partMs)}`}
        aria-describedby={load && isBusy(load) ? tip : undefined}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what it holds is read by the arrow keys
        tabIndex={0}
        {...handlers}
      >
        <svg
          viewBox={`0 0 ${loads.length} ${highest}`}
          width="100%"
          height={LOAD_HEIGHT_PX}
          preserveAspectRatio="none"
          className={styles["picture"]}
          aria-hidden
        >
          <path data-kind="load" d={columns(loads, highest, ({ runs }) => [0, runs])} />
          <path data-kind="expected" d={columns(loads, highest, ({ runs, expected }) => [runs, expected])} />
        </svg>
        {at !== null && pointed !== null && load !== undefined && isBusy(load) && (
          <Tip
            id={tip}
            items={[{ text: loadText(load, timeText(span.from, ms)(pointed * partMs)) }]}
            share={at / ms}
          />
        )}
      </div>
    </div>
  );
}

function isBusy({ runs, expected }: Load): boolean {
  return runs + expected > 0;
}

/** Columns as one SVG path. `part` returns where a column begins and how high it is, in runs. */
function columns(
  loads: readonly Load[],
  highest: number,
  part: (load: Load) => [base: number, height: number],
): string {
  return loads
    .map((load, index) => {
      const [base, height] = part(load);
      return height === 0 ? "" : `M${index} ${highest - base}h0.8v${-height}h-0.8z`;
    })
    .join("");
}

function loadText({ runs, expected, names }: Load, time: string): string {
  const more = runs + expected - names.length;
  const counts = [
    ...(runs > 0 ? [`${runs} running`] : []),
    ...(expected > 0 ? [`${expected} expected`] : []),
  ];
  return `${time}: ${counts.join(", ")} (${names.join(", ")}${more > 0 ? ` and ${more} more` : ""})`;
}

/** The current width of an element in pixels. */
function useWidth(element: { current: HTMLElement | null }): number {
  return useSyncExternalStore(
    (changed) => {
      const observer = new ResizeObserver(changed);
      if (element.current !== null) observer.observe(element.current);
      return () => observer.disconnect();
    },
    () => element.current?.clientWidth ?? ASSUMED_WIDTH_PX,
  );
}

/** A shorter movement of the pointer is a click, not a drag. */
const DRAG_MIN_PX = 6;

/** By this factor two fingers must move apart, or together, for one step of the zoom. */
const PINCH_FACTOR = 1.5;

type Place = { x: number; y: number };

/**
 * Drags the picture with a finger or the mouse, and zooms with two fingers. `onDrop`: called with the pixels dragged.
 * `onPinch`: called with -1 for a shorter span, 1 for a longer one.
 */
function useDrag(onDrop: (pixels: number) => void, onPinch: (direction: -1 | 1) => void) {
  const fingers = useRef(new Map<number, Place>());
  const pinchFrom = useRef<number | null>(null);
  const [dragFrom, setDragFrom] = useState<number | null>(null);
  const [drag, setDrag] = useState(0);
  const stop = ({ pointerId }: PointerEvent) => {
    fingers.current.delete(pointerId);
    pinchFrom.current = null;
    setDragFrom(null);
    setDrag(0);
  };
  return {
    drag,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        const isLink = event.target instanceof Element && event.target.closest("a") !== null;
        if (event.pointerType === "touch")
          fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
        pinchFrom.current = fingerDistance(fingers.current);
        setDrag(0);
        setDragFrom(event.button === 0 && !isLink && pinchFrom.current === null ? event.clientX : null);
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (fingers.current.has(event.pointerId))
          fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
        const distance = fingerDistance(fingers.current);
        if (distance !== null && pinchFrom.current !== null) {
          const ratio = distance / pinchFrom.current;
          if (Math.max(ratio, 1 / ratio) < PINCH_FACTOR) return;
          pinchFrom.current = distance;
          return onPinch(ratio > 1 ? -1 : 1);
        }
        if (dragFrom === null) return;
        const moved = event.clientX - dragFrom;
        if (drag === 0 && Math.abs(moved) < DRAG_MIN_PX) return;
        // Captured no earlier, or what is under the pointer would get no click.
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag(moved);
      },
      onPointerUp: (event: PointerEvent) => {
        if (drag !== 0) onDrop(drag);
        stop(event);
      },
      onPointerCancel: stop,
    },
  };
}

/** How far two fingers are apart, in pixels; null unless there are exactly two. */
function fingerDistance(fingers: ReadonlyMap<number, Place>): number | null {
  const [one, other, ...more] = [...fingers.values()];
  if (one === undefined || other === undefined || more.length > 0) return null;
  return Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
}

/** The span in the browser's time zone. */
export function SpanText({ span: { from, until } }: { span: Span }) {
  const zone = browserZone();
  return <>{`${shortZonedText(from, zone)} to ${shortZonedText(until, zone)}`}</>;
}
