import { Skeleton, VisuallyHidden } from "@mantine/core";

import styles from "./page-skeleton.module.css";

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
