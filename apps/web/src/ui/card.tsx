import type { ReactNode } from "react";

import styles from "./card.module.css";

/** A titled part of a page. */
export function Card({
  title,
  actions,
  children,
}: {
  title?: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles["card"]} aria-label={title}>
      {(title !== undefined || actions !== undefined) && (
        <header className={styles["head"]}>
          {title !== undefined && <h2 className={styles["title"]}>{title}</h2>}
          {actions}
        </header>
      )}
      {children}
    </section>
  );
}

/** A line of a list of facts: a label and its value. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
