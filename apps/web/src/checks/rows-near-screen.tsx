import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect } from "react";

type Props = {
  /** The top of every row in pixels from the top of the list, and finally the end of the last row. */
  tops: readonly number[];
  /** How far below the top of the page the list begins, in pixels. */
  offset: number;
  show: (from: number, to: number) => void;
};

const OVERSCAN_ROWS = 12;

/** Calls `show` with the rows near the screen, before the browser paints: from `from` up to but without `to`. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function RowsNearScreen({ tops, offset, show }: Props) {
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoises this component
  const virtual = useWindowVirtualizer({
    count: tops.length - 1,
    estimateSize: (index) => (tops[index + 1] ?? 0) - (tops[index] ?? 0),
    overscan: OVERSCAN_ROWS,
    scrollMargin: offset,
  });
  useEffect(() => virtual.measure(), [virtual, tops]);
  const items = virtual.getVirtualItems();
  const from = items[0]?.index ?? 0;
  const to = from + items.length;
  useLayoutEffect(() => {
    // The library returns no rows until it has measured the screen.
    if (to > from) show(from, to);
  }, [from, to, show]);
  return null;
}
