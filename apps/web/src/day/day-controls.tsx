import { isStroked, type MarkKind, shapePath } from "@overdue/core";
import { ActionIcon, Button } from "@mantine/core";
import { type Icon, IconChevronLeft, IconChevronRight, IconMinus, IconPlus } from "@tabler/icons-react";

import { Choice } from "../ui/choice.tsx";
import { type Zoom, ZOOMS } from "./day-choices.ts";
import type { Activity } from "./day-queries.ts";
import { zoomLabel } from "./day-span.ts";
import styles from "./day.module.css";
import { Segments } from "../ui/segments.tsx";

/** Functions that change the span that is shown. Directions: -1 for earlier or shorter, 1 for later or longer. */
export type Move = {
  /** By half a span. */
  by: (direction: -1 | 1) => void;
  /** To a span that begins at an instant, epoch milliseconds. */
  to: (from: number) => void;
  now: () => void;
  zoom: (zoom: Zoom) => void;
  /** To the next shorter or longer span. */
  zoomStep: (direction: -1 | 1) => void;
};

/** Buttons to move through time, and to zoom in and out. */
export function Movement({ zoom, isLive, move }: { zoom: Zoom; isLive: boolean; move: Move }) {
  return (
    <>
      <ActionIcon.Group>
        <IconButton label="Earlier (left arrow)" icon={IconChevronLeft} onClick={() => move.by(-1)} />
        <IconButton label="Later (right arrow)" icon={IconChevronRight} onClick={() => move.by(1)} />
      </ActionIcon.Group>
      <Button variant="default" size="compact-md" onClick={move.now} disabled={isLive} title="Now (n)">
        Now
      </Button>
      <Choice
        label="How much time is shown"
        value={zoom}
        options={ZOOMS.map((one) => ({ value: one, label: zoomLabel(one) }))}
        choose={(value) => {
          const wanted = ZOOMS.find((one) => one === value);
          if (wanted !== undefined) move.zoom(wanted);
        }}
      />
      <ActionIcon.Group>
        <IconButton
          label="Nearer (+)"
          icon={IconPlus}
          onClick={() => move.zoomStep(-1)}
          isOff={zoom === "hour"}
        />
        <IconButton
          label="Farther (-)"
          icon={IconMinus}
          onClick={() => move.zoomStep(1)}
          isOff={zoom === "month"}
        />
      </ActionIcon.Group>
    </>
  );
}

type IconButtonProps = { label: string; icon: Icon; onClick: () => void; isOff?: boolean };

function IconButton({ label, icon: Shape, onClick, isOff = false }: IconButtonProps) {
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={label}
      title={label}
      onClick={onClick}
      disabled={isOff}
    >
      <Shape size={18} aria-hidden />
    </ActionIcon>
  );
}

type Chosen = { tag?: string | undefined; sort?: "time" | undefined; as?: "table" | undefined };
type ChoicesProps = { search: Chosen; activity: Activity | undefined; set: (change: Chosen) => void };

/** Fields to choose which checks are shown, in which order, and how. */
export function Choices({ search, activity, set }: ChoicesProps) {
  const tags = [...new Set((activity?.items ?? []).flatMap((check) => check.tags))].toSorted();
  return (
    <>
      {tags.length > 0 && (
        <Choice
          label="Tag"
          className={styles["half"]}
          value={search.tag ?? ""}
          options={[{ value: "", label: "All tags" }, ...tags.map((tag) => ({ value: tag, label: tag }))]}
          choose={(tag) => set({ tag: tag || undefined })}
        />
      )}
      <Choice
        label="Order"
        className={styles["half"]}
        value={search.sort ?? ""}
        options={[
          { value: "", label: "By name" },
          { value: "time", label: "By first run" },
        ]}
        choose={(value) => set({ sort: value === "time" ? "time" : undefined })}
      />
      <Segments
        aria-label="Shown as"
        value={search.as ?? "picture"}
        data={[
          { value: "picture", label: "Picture" },
          { value: "table", label: "Table" },
        ]}
        onChange={(as) => set({ as: as === "table" ? "table" : undefined })}
      />
    </>
  );
}

const LEGEND: [kind: MarkKind, text: string, width: number][] = [
  ["on-time", "ran", 18],
  ["late", "late", 18],
  ["failed", "failed", 18],
  ["missed", "missed", 7],
  ["overlong", "took too long", 18],
  ["running", "running", 18],
  ["excluded", "not counted", 7],
];

/** What the shapes of the picture mean. */
export function Legend() {
  return (
    <ul className={styles["legend"]} aria-label="What the shapes mean">
      {LEGEND.map(([kind, text, width]) => (
        <li key={kind}>
          <svg width={18} height={18} className={styles["picture"]} aria-hidden>
            <path
              d={shapePath(kind, { left: 0, right: width, top: 5, bottom: 17 })}
              data-kind={kind}
              data-stroke={isStroked(kind) || undefined}
            />
          </svg>
          {text}
        </li>
      ))}
      <li>
        <svg width={6} height={18} className={styles["picture"]} aria-hidden>
          <path d="M2 6h1.5v11h-1.5z" data-kind="upcoming" />
        </svg>
        will be due
      </li>
      <li>
        <span className={styles["hatch"]}>
          <i className={styles["outage"]} style={{ left: 0, width: "100%" }} />
        </span>
        Overdue itself was down
      </li>
    </ul>
  );
}
