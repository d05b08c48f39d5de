import { secondsInWords } from "@overdue/core";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

import styles from "./slot-picture.module.css";

/** What decides about one slot, in seconds; null where it is off. */
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
  /** Where it is given, the limits can be dragged, or moved by the arrow keys. */
  move?: (limit: MovableLimit, seconds: number) => void;
};

/** The part of time that is drawn, in seconds around the moment at which the run is due. */
type Scale = { from: number; until: number };

const ROOM = 1.3;
const BEFORE_MIN = 0.12;

/** The time around a slot that shows all its limits, with room to move each further out. */
export function scaleOf({ earlyMargin, jitter, grace, maxRuntime }: SlotLimits): Scale {
  const until = Math.max(60, ((jitter ?? 0) + grace) * ROOM, (maxRuntime ?? 0) * ROOM);
  return { from: -Math.max((earlyMargin ?? 0) * ROOM, until * BEFORE_MIN), until };
}

const STEPS = [1, 5, 10, 15, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400];

/** The length to which a dragged limit is rounded: about a hundredth of the picture. */
export function stepOf({ from, until }: Scale): number {
  return STEPS.find((step) => step >= (until - from) / 120) ?? 86_400;
}

/** A picture of one slot: when a ping counts for it, when it is late, and how long its run may take. */
export function SlotPicture({ limits, move }: Props) {
  const track = useRef<HTMLDivElement>(null);
  // While a limit is dragged the scale stands still, or the limit would run away from the pointer.
  const [held, setHeld] = useState<Scale | null>(null);
  const scale = held ?? scaleOf(limits);
  const { earlyMargin, jitter, grace, maxRuntime } = limits;
  const early = earlyMargin ?? 0;
  const late = jitter ?? 0;
  const handle = (limit: MovableLimit, seconds: number, sign: 1 | -1 = 1) =>
    move && (
      <Handle
        limit={limit}
        seconds={seconds}
        at={share(limit === "grace" ? late + seconds : sign * seconds, scale)}
        isOff={limits[limit] === null}
        step={stepOf(scale)}
        sign={sign}
        timeAt={(x) => timeAt(x, track.current, scale) - (limit === "grace" ? late : 0)}
        hold={(isHeld) => setHeld(isHeld ? scale : null)}
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
          {handle("earlyMargin", early, -1)}
          {handle("grace", grace)}
        </div>
        <div className={styles["track"]}>
          <Zone kind="run" from={0} until={maxRuntime ?? grace} scale={scale} />
          <Zone kind="overlong" from={maxRuntime ?? grace} until={scale.until} scale={scale} />
          {handle("maxRuntime", maxRuntime ?? grace)}
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
/** How many steps a page key moves. */
const FAR = 10;

type HandleProps = {
  limit: MovableLimit;
  seconds: number;
  /** Its place, in percent of the width. */
  at: number;
  isOff: boolean;
  step: number;
  /** -1: it grows to the left. */
  sign: 1 | -1;
  timeAt: (x: number) => number;
  hold: (isHeld: boolean) => void;
  move: (seconds: number) => void;
};

function Handle({ limit, seconds, at, isOff, step, sign, timeAt: time, hold, move }: HandleProps) {
  const set = (to: number) => move(Math.max(limit === "grace" ? step : 0, Math.round(to / step) * step));
  const drag = (event: PointerEvent) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) set(time(event.clientX) * sign);
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowRight: sign, ArrowUp: 1, ArrowLeft: -sign, ArrowDown: -1, PageUp: FAR, PageDown: -FAR }[
      event.key
    ];
    if (by === undefined) return;
    event.preventDefault();
    set(seconds + by * step);
  };
  return (
    <span
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an input of this type cannot lie on the edge of a zone
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
        hold(true);
      }}
      onPointerMove={drag}
      onPointerUp={() => hold(false)}
      onPointerCancel={() => hold(false)}
      onKeyDown={press}
    />
  );
}
