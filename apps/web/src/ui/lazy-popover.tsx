import type { PopoverProps } from "@mantine/core";
import { type ReactNode, Suspense } from "react";
import { type LazyMenuProps, useLazyButton } from "./lazy-menu.tsx";
import { lazyPart } from "./lazy-part.ts";

export type LazyPopoverProps = Pick<PopoverProps, "position" | "width"> & {
  /** The button that opens the popover. */
  target: LazyMenuProps["target"];
  /** What a screen reader calls the popover. */
  label: string;
  children: (close: () => void) => ReactNode;
};

const load = () => import("./opened-popover.tsx");
const OpenedPopover = lazyPart(load);

/** A button with a small form or question beside it, whose code is loaded when it is opened. */
export function LazyPopover(props: LazyPopoverProps) {
  const { button, isOpened } = useLazyButton(props.target, { load, popup: "dialog" });
  if (!isOpened) return button;
  return (
    <Suspense fallback={button}>
      <OpenedPopover {...props} />
    </Suspense>
  );
}
