import { type Mark, stripShapes, stripText } from "@overdue/core";
import { type KeyboardEvent, type PointerEvent, useId, useState } from "react";

import styles from "./strip.module.css";

type Props = {
  /** Oldest first; null leaves a gap. */
  marks: readonly (Mark | null)[];
  /** What the strip shows, for a person who cannot see it: "The last 30 runs of nightly backup". */
  label: string;
  /** The text of the mark at an index; null while it is being read. */
  explain: (index: number) => string | null;
  /** Called whenever somebody points at a mark, so that the texts are read only then. */
  onInterest?: () => void;
  /** Pixels from one mark to the next; "fill" uses the available width. */
  pitch?: number | "fill";
  height?: number;
};

const DEFAULT_PITCH_PX = 6;

/**
 * The heartbeat strip: one mark for each slot, in the order of time. The text of a mark is shown when it is pointed at
 * or touched, or chosen by the arrow keys while the strip has the focus.
 */
export function Strip({ marks, label, explain, onInterest, pitch = DEFAULT_PITCH_PX, height = 24 }: Props) {
  const { index, handlers } = useChosenMark(marks.length, onInterest);
  const tip = useId();
  if (marks.length === 0) return <span className={styles["none"]}>no run was due yet</span>;
  const step = pitch === "fill" ? DEFAULT_PITCH_PX : pitch;
  const width = marks.length * step;
  const text = index === null ? null : (explain(index) ?? "Loading…");
  return (
    <span className={styles["strip"]} data-fill={pitch === "fill" || undefined}>
      <span
        className={styles["field"]}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a picture that is drawn here, not loaded
        role="img"
        aria-label={`${label}: ${stripText(marks)}`}
        aria-describedby={text === null ? undefined : tip}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- its marks are read by the arrow keys
        tabIndex={0}
        {...handlers}
      >
        <Picture marks={marks} pitch={step} height={height} isFilling={pitch === "fill"} />
        {index !== null && (
          <span
            className={styles["cursor"]}
            style={{ left: `${(index * step * 100) / width}%`, width: `${(step * 100) / width}%` }}
          />
        )}
      </span>
      {index !== null && (
        <span
          id={tip}
          role="tooltip"
          className={styles["tip"]}
          data-side={index * 2 < marks.length ? "left" : "right"}
        >
          {text}
        </span>
      )}
    </span>
  );
}

type PictureProps = { marks: readonly (Mark | null)[]; pitch: number; height: number; isFilling: boolean };

function Picture({ marks, pitch, height, isFilling }: PictureProps) {
  const width = marks.length * pitch;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={isFilling ? "100%" : width}
      height={height}
      preserveAspectRatio={isFilling ? "none" : "xMinYMid"}
      className={styles["picture"]}
      aria-hidden
    >
      {stripShapes(marks, { height, pitch }).map(({ kind, path, stroke }) => (
        <g key={kind} data-kind={kind}>
          <path d={path} data-stroke={stroke || undefined} />
          {kind === "running" && <path d={path} className={styles["moving"]} />}
        </g>
      ))}
    </svg>
  );
}

/** The index of the mark that is pointed at, touched or chosen by a key; null for none. */
function useChosenMark(count: number, onInterest: (() => void) | undefined) {
  const [chosen, setChosen] = useState<number | null>(null);
  const choose = (index: number | null) => {
    if (index !== null) onInterest?.();
    setChosen(index === null ? null : Math.min(count - 1, Math.max(0, index)));
  };
  const point = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    choose(Math.floor(((event.clientX - left) / Math.max(1, width)) * count));
  };
  const press = (event: KeyboardEvent) => {
    const next = nextIndex(event.key, chosen, count);
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
  };
  return {
    index: chosen !== null && chosen < count ? chosen : null,
    handlers: {
      onPointerMove: point,
      onPointerDown: point,
      onPointerLeave: (event: PointerEvent) => {
        // Lifting a finger is a leave event too, and the text must stay readable then.
        if (event.pointerType === "mouse") choose(null);
      },
      onFocus: () => choose(chosen ?? count - 1),
      onBlur: () => choose(null),
      onKeyDown: press,
    },
  };
}

/** The mark to choose after a key; null closes the text, undefined means that the key has no meaning here. */
function nextIndex(key: string, chosen: number | null, count: number): number | null | undefined {
  switch (key) {
    case "ArrowLeft":
      return (chosen ?? count) - 1;
    case "ArrowRight":
      return (chosen ?? -1) + 1;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    case "Escape":
      return chosen === null ? undefined : null;
    default:
      return undefined;
  }
}
