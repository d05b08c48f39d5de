import type { MenuProps } from "@mantine/core";
import { type MouseEvent, type ReactElement, type ReactNode, cloneElement, Suspense, useState } from "react";
import { holdKeys } from "./keys.ts";
import { lazyPart } from "./lazy-part.ts";

/** A line of a menu. With `to` it leads there, with `onClick` it does something; with neither it is a heading. */
export type MenuEntry =
  | { label: string; to?: never; onClick?: never }
  | ({ label: string; id?: string; icon?: ReactNode; right?: ReactNode; isDanger?: true } & (
      | { to: string; onClick?: never }
      | { to?: never; onClick: () => void }
    ))
  | "divider";

export type LazyMenuProps = Pick<MenuProps, "position" | "width"> & {
  /** The button that opens the menu. */
  target: ReactElement<{ onClick?: (event: MouseEvent) => void }>;
  entries: () => readonly MenuEntry[];
};

const load = () => import("./opened-menu.tsx");
const OpenedMenu = lazyPart(load);

/** A button with a menu. The code of menus is large and they are rarely opened, so it is loaded when one is. */
export function LazyMenu(props: LazyMenuProps) {
  const [isOpened, setOpened] = useState(false);
  const open = {
    onClick: ({ detail }: MouseEvent) => {
      // A click without a pointer is a key: the next keys choose from the menu.
      if (detail === 0) holdKeys(() => setOpened(false));
      setOpened(true);
    },
    onPointerEnter: () => void load(),
    "aria-haspopup": "menu",
  };
  const button = cloneElement(props.target, open);
  if (!isOpened) return button;
  return (
    <Suspense fallback={button}>
      <OpenedMenu {...props} />
    </Suspense>
  );
}
