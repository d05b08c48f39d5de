import { secondsInWords } from "@overdue/core";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

import styles from "./slot-picture.module.css";

/** The limits that decide the outcome of a slot, in seconds; null if off. */
export type SlotLimits = {
  earlyMargin: number | null;
  jitter: number | null;
  grace: number;
  maxRuntime: number | null;
};
/** The limits that can be moved in the picture. */
export type MovableLimit = "earlyMargin" | "grace" | "maxRuntime";

type Props = {
  limits: SlotLimits;
  /** If it is given, the limits can be dragged, or moved by the arrow keys. */
  move?: (limit: MovableLimit, seconds: number) => void;
};

/** The span that is drawn, in seconds from the instant at which the run is due. */
type Scale = { from: number; until: number };

/** How much further than its limit the picture reaches, as a factor. */
const MARGIN_FACTOR = 1.3;
/** The part before the due instant is at least this share of the part after it. */
const BEFORE_SHARE_MIN = 0.12;

/** The span that shows all limits of a slot, with room to drag each further out. */
export function pictureScale({ earlyMargin, jitter, grace, maxRuntime }: SlotLimits): Scale {
  const until = Math.max(60, ((jitter ?? 0) + grace) * MARGIN_FACTOR, (maxRuntime ?? 0) * MARGIN_FACTOR);
  return { from: -Math.max((earlyMargin ?? 0) * MARGIN_FACTOR, until * BEFORE_SHARE_MIN), until };
}

const STEPS_SECONDS = [1, 5, 10, 15, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400];

/** The seconds to which a dragged limit is rounded: about a hundredth of the picture. */
export function dragStep({ from, until }: Scale): number {
  return STEPS_SECONDS.find((step) => step >= (until - from) / 120) ?? 86_400;
}

/** A picture of one slot: when a ping counts for it, when it is late, and how long its run may take. */
export function SlotPicture({ limits, move }: Props) {
  const track = useRef<HTMLDivElement>(null);
  // While a limit is dragged the scale stays the same, or the limit would move away from the pointer.
  const [fixedScale, setFixedScale] = useState<Scale | null>(null);
  const scale = fixedScale ?? pictureScale(limits);
  const { earlyMargin, jitter, grace, maxRuntime } = limits;
  const early = earlyMargin ?? 0;
  const late = jitter ?? 0;
  const renderHandle = (limit: MovableLimit, seconds: number, sign: 1 | -1 = 1) =>
    move && (
      <Handle
        limit={limit}
        seconds={seconds}
        at={share(limit === "grace" ? late + seconds : sign * seconds, scale)}
        isOff={limits[limit] === null}
        step={dragStep(scale)}
        sign={sign}
        timeAt={(x) => timeAt(x, track.current, scale) - (limit === "grace" ? late : 0)}
        onDrag={(isDragging) => setFixedScale(isDragging ? scale : null)}
        move={(to) => move(limit, to)}
      />
    );
  return (
    <figure className={styles["picture"]} aria-label="The limits of one slot">
      <div ref={track} className={styles["tracks"]}>
        <span className={styles["due"]} style={{ left: `${share(0, scale)}%` }}>
          due
        </span>
        <div className={styles["track"]}>
          {early > 0 && <Zone kind="early" from={-early} until={0} scale={scale} />}
          {late > 0 && <Zone kind="jitter" from={0} until={late} scale={scale} />}
          <Zone kind="grace" from={late} until={late + grace} scale={scale} />
          <Zone kind="down" from={late + grace} until={scale.until} scale={scale} />
          {renderHandle("earlyMargin", early, -1)}
          {renderHandle("grace", grace)}
        </div>
        <div className={styles["track"]}>
          <Zone kind="run" from={0} until={maxRuntime ?? grace} scale={scale} />
          <Zone kind="overlong" from={maxRuntime ?? grace} until={scale.until} scale={scale} />
          {renderHandle("maxRuntime", maxRuntime ?? grace)}
        </div>
      </div>
      <figcaption>
        <ul className={styles["legend"]}>
          <Item kind="early">
            {early > 0 ? `A ping counts from ${secondsInWords(early)} before it is due.` : "No early margin."}
          </Item>
          {late > 0 && <Item kind="jitter">On time until {secondsInWords(late)} after it.</Item>}
          <Item kind="grace">Late for {secondsInWords(grace)}: nobody is notified yet.</Item>
          <Item kind="down">Then it is missed, and down.</Item>
          <Item kind="run">
            A run may take {secondsInWords(maxRuntime ?? grace)}
            {maxRuntime === null && ", as long as the grace"}.
          </Item>
        </ul>
      </figcaption>
    </figure>
  );
}

function share(seconds: number, { from, until }: Scale): number {
  return Math.min(100, Math.max(0, ((seconds - from) / (until - from)) * 100));
}

function timeAt(x: number, element: HTMLElement | null, { from, until }: Scale): number {
  const { left = 0, width = 1 } = element?.getBoundingClientRect() ?? {};
  return from + ((x - left) / Math.max(1, width)) * (until - from);
}

type Kind = "early" | "jitter" | "grace" | "down" | "run" | "overlong";

function Zone({ kind, from, until, scale }: { kind: Kind; from: number; until: number; scale: Scale }) {
  const left = share(from, scale);
  return (
    <span
      className={styles["zone"]}
      data-kind={kind}
      style={{ left: `${left}%`, width: `${share(until, scale) - left}%` }}
    />
  );
}

function Item({ kind, children }: { kind: Kind; children: React.ReactNode }) {
  return (
    <li>
      <span className={styles["swatch"]} data-kind={kind} aria-hidden />
      <span>{children}</span>
    </li>
  );
}

const NAMES: Record<MovableLimit, string> = {
  earlyMargin: "Early margin",
  grace: "Grace",
  maxRuntime: "Max runtime",
};
const PAGE_KEY_STEPS = 10;

type HandleProps = {
  limit: MovableLimit;
  seconds: number;
  /** The handle's place, in percent of the width. */
  at: number;
  isOff: boolean;
  step: number;
  /** -1 if the limit grows to the left. */
  sign: 1 | -1;
  timeAt: (x: number) => number;
  onDrag: (isDragging: boolean) => void;
  move: (seconds: number) => void;
};

function Handle({ limit, seconds, at, isOff, step, sign, timeAt: time, onDrag, move }: HandleProps) {
  const set = (to: number) => move(Math.max(limit === "grace" ? step : 0, Math.round(to / step) * step));
  const drag = (event: PointerEvent) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) set(time(event.clientX) * sign);
  };
  const press = (event: KeyboardEvent) => {
    const by = {
      ArrowRight: sign,
      ArrowUp: 1,
      ArrowLeft: -sign,
      ArrowDown: -1,
      PageUp: PAGE_KEY_STEPS,
      PageDown: -PAGE_KEY_STEPS,
    }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    set(seconds + by * step);
  };
  return (
    <span
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a range input cannot be placed on the edge of a zone
      role="slider"
      tabIndex={0}
      className={styles["handle"]}
      data-limit={limit}
      data-off={isOff || undefined}
      style={{ left: `${at}%` }}
      aria-label={NAMES[limit]}
      aria-valuenow={seconds}
      aria-valuemin={0}
      aria-valuetext={isOff ? "off" : secondsInWords(seconds)}
      title={`${NAMES[limit]}: drag it, or use the arrow keys`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onDrag(true);
      }}
      onPointerMove={drag}
      onPointerUp={() => onDrag(false)}
      onPointerCancel={() => onDrag(false)}
      onKeyDown={press}
    />
  );
}
