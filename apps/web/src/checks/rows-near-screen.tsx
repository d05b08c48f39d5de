import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect } from "react";

type Props = {
  /** Of every row, in pixels from the top of the list; one more for the end of the last. */
  tops: readonly number[];
  /** How far below the top of the page the list begins. */
  offset: number;
  show: (from: number, to: number) => void;
};

const OVERSCAN = 12;

/** Says which rows are near the screen, before the browser paints: from `from`, up to but without `to`. */
// oxlint-disable-next-line import/no-default-export -- React loads it by itself
export default function RowsNearScreen({ tops, offset, show }: Props) {
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoises this component
  const virtual = useWindowVirtualizer({
    count: tops.length - 1,
    estimateSize: (index) => (tops[index + 1] ?? 0) - (tops[index] ?? 0),
    overscan: OVERSCAN,
    scrollMargin: offset,
  });
  useEffect(() => virtual.measure(), [virtual, tops]);
  const items = virtual.getVirtualItems();
  const from = items[0]?.index ?? 0;
  const to = from + items.length;
  useLayoutEffect(() => {
    // Before the screen is measured the library knows of no rows.
    if (to > from) show(from, to);
  }, [from, to, show]);
  return null;
}
