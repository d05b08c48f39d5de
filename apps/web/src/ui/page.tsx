import { Anchor, Skeleton, VisuallyHidden } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { createLink } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";

import styles from "./page.module.css";

type Props = {
  title: string;
  /** Stands in place of the title where a plain text is too little. */
  heading?: ReactNode;
  lead?: ReactNode;
  back?: ReactNode;
  actions?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
};

/** A page's frame: its title in the window and on the page, and what can be done. */
export function Page({ title, heading, lead, back, actions, narrow = false, children }: Props) {
  useTitle(title);
  const heading1 = useFocusOnArrival();
  return (
    <div className={narrow ? styles["narrow"] : styles["page"]}>
      <header className={styles["head"]}>
        <div className={styles["titles"]}>
          {back}
          <h1 ref={heading1} tabIndex={-1} className={styles["title"]}>
            {heading ?? title}
          </h1>
          {lead !== undefined && <div className={styles["lead"]}>{lead}</div>}
        </div>
        {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

let isFirstPage = true;

/**
 * Whoever comes from another page begins at the title: it is read out, and the next Tab goes on from there. Neither
 * the first page of a visit nor a field that has the focus already is disturbed.
 */
function useFocusOnArrival() {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const isInPage =
      document.activeElement?.closest("main") !== null && document.activeElement !== document.body;
    if (!isFirstPage && !isInPage) title.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, []);
  return title;
}

/** A router link that looks like the library's. */
export const TextLink = createLink(Anchor);

/** The arrow in front of a way back. */
export function BackArrow() {
  return <IconArrowLeft size={16} aria-hidden className={styles["arrow"]} />;
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Overdue`;
  }, [title]);
}

/** Stands where a page will be. */
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
