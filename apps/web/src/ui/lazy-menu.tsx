import type { MenuProps } from "@mantine/core";
import { type MouseEvent, type ReactElement, type ReactNode, cloneElement, Suspense, useState } from "react";
import { bufferKeys } from "./keys.ts";
import { lazyPart } from "./lazy-part.ts";

/** A line of a menu: a link with `to`, a button with `onClick`, and a heading with neither. */
export type MenuEntry =
  | { label: string; to?: never; onClick?: never }
  | ({ label: string; id?: string; icon?: ReactNode; right?: ReactNode; isDanger?: true } & (
      | { to: string; onClick?: never }
      | { to?: never; onClick: () => void }
    ))
  | "divider";

type Target = ReactElement<{ onClick?: (event: MouseEvent) => void }>;

/** The button of a menu or a small dialog whose code is loaded when it is first opened, or pointed at. */
export function useLazyButton(
  target: Target,
  { load: loadPopup, popup }: { load: () => Promise<unknown>; popup: "menu" | "dialog" },
) {
  const [isOpened, setOpened] = useState(false);
  const props = {
    onClick: ({ detail }: MouseEvent) => {
      // `detail` is 0 if a key opened it. The next keys are meant for the menu, which is still being loaded.
      if (detail === 0) bufferKeys(() => setOpened(false));
      setOpened(true);
    },
    onPointerEnter: () => void loadPopup(),
    "aria-haspopup": popup,
  };
  return { button: cloneElement(target, props), isOpened };
}

export type LazyMenuProps = Pick<MenuProps, "position" | "width"> & {
  /** The button that opens the menu. */
  target: Target;
  entries: () => readonly MenuEntry[];
};

const load = () => import("./opened-menu.tsx");
const OpenedMenu = lazyPart(load);

/** A button with a menu. The code of menus is large and rarely needed, so it is loaded when the first one is opened. */
export function LazyMenu(props: LazyMenuProps) {
  const { button, isOpened } = useLazyButton(props.target, { load, popup: "menu" });
  if (!isOpened) return button;
  return (
    <Suspense fallback={button}>
      <OpenedMenu {...props} />
    </Suspense>
  );
}
