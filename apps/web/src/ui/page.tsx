import { Anchor } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { createLink } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";

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
  return (
    <div className={narrow ? styles["narrow"] : styles["page"]}>
      <header className={styles["head"]}>
        <div className={styles["titles"]}>
          {back}
          <h1 className={styles["title"]}>{heading ?? title}</h1>
          {lead !== undefined && <div className={styles["lead"]}>{lead}</div>}
        </div>
        {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
      </header>
      {children}
    </div>
  );
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
