import { Popover } from "@mantine/core";
import { cloneElement, useState } from "react";

import type { LazyPopoverProps } from "./lazy-popover.tsx";

/** The popover of a `LazyPopover`, open from the start. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function OpenedPopover({ target, label, children, ...popover }: LazyPopoverProps) {
  const [isOpen, setOpen] = useState(true);
  return (
    <Popover opened={isOpen} onChange={setOpen} trapFocus returnFocus {...popover}>
      <Popover.Target>{cloneElement(target, { onClick: () => setOpen(!isOpen) })}</Popover.Target>
      <Popover.Dropdown aria-label={label}>{children(() => setOpen(false))}</Popover.Dropdown>
    </Popover>
  );
}
