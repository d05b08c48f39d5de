import type { ReactNode } from "react";

import { useTitle } from "../ui/page.tsx";
import styles from "./entry-frame.module.css";

/** The frame of the pages one sees before being signed in. */
export function EntryFrame({
  title,
  lead,
  children,
}: {
  title: string;
  lead: ReactNode;
  children: ReactNode;
}) {
  useTitle(title);
  return (
    <main className={styles["frame"]}>
      <div className={styles["box"]}>
        <div className={styles["brand"]}>
          <img src="/favicon.svg" alt="" width={36} height={36} />
          <span>Overdue</span>
        </div>
        <h1 className={styles["title"]}>{title}</h1>
        <p className={styles["lead"]}>{lead}</p>
        {children}
      </div>
    </main>
  );
}
