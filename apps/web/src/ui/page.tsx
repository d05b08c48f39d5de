import { Anchor, Skeleton, VisuallyHidden } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { createLink } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";

import styles from "./page.module.css";

type Props = {
  title: string;
  /** Shown in place of the title where it needs more than a text. */
  heading?: ReactNode;
  lead?: ReactNode;
  back?: ReactNode;
  actions?: ReactNode;
  narrow?: boolean;
  /** For tables that need the width of the screen. */
  wide?: boolean;
  children: ReactNode;
};

/** The frame of a page: its title in the window and on the page, and its actions. */
export function Page({ title, heading, lead, back, actions, narrow, wide, children }: Props) {
  useTitle(title);
  const heading1 = useFocusAfterNavigation();
  return (
    <div className={styles["page"]} data-width={narrow ? "narrow" : wide ? "wide" : undefined}>
      <header className={styles["head"]}>
        <div className={styles["titles"]}>
          {back}
          <h1 ref={heading1} tabIndex={-1} className={styles["title"]}>
            {heading ?? title}
          </h1>
          {lead !== undefined && lead !== false && <div className={styles["lead"]}>{lead}</div>}
        </div>
        {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

let isFirstPage = true;

/**
 * Moves the focus to the title after a navigation, so that screen readers read it and the next Tab continues from there.
 * It does nothing on the first page of a visit, or where a field already has the focus.
 */
function useFocusAfterNavigation() {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const hasFocusInMain = Boolean(document.activeElement?.closest("main"));
    if (!isFirstPage && !hasFocusInMain) title.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, []);
  return title;
}

/** A router link with the look of the component library. */
export const TextLink = createLink(Anchor);

/** The arrow in front of a link to the page above. */
export function BackArrow() {
  return <IconArrowLeft size={16} aria-hidden className={styles["arrow"]} />;
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Overdue`;
  }, [title]);
}

/** Shown while a page loads. */
export function PageSkeleton() {
  return (
    <div className={styles["frame"]} aria-busy="true">
      <VisuallyHidden component="output">Loading…</VisuallyHidden>
      <Skeleton height={30} width={220} />
      <Skeleton height={64} />
      <Skeleton height={64} />
      <Skeleton height={64} />
    </div>
  );
}
