import type { PopoverProps } from "@mantine/core";
import { type MouseEvent, type ReactElement, type ReactNode, cloneElement, Suspense, useState } from "react";
import { bufferKeys } from "./keys.ts";
import { lazyPart } from "./lazy-part.ts";

export type LazyPopoverProps = Pick<PopoverProps, "position" | "width"> & {
  /** The button that opens the popover. */
  target: ReactElement<{ onClick?: (event: MouseEvent) => void }>;
  /** What a screen reader calls the popover. */
  label: string;
  children: (close: () => void) => ReactNode;
};

const load = () => import("./opened-popover.tsx");
const OpenedPopover = lazyPart(load);

/** A button with a small form or question beside it, whose code is loaded when it is opened. */
export function LazyPopover(props: LazyPopoverProps) {
  const [isOpened, setOpened] = useState(false);
  const open = {
    onClick: ({ detail }: MouseEvent) => {
      if (detail === 0) bufferKeys(() => setOpened(false));
      setOpened(true);
    },
    onPointerEnter: () => void load(),
    "aria-haspopup": "dialog",
  };
  const button = cloneElement(props.target, open);
  if (!isOpened) return button;
  return (
    <Suspense fallback={button}>
      <OpenedPopover {...props} />
    </Suspense>
  );
}
