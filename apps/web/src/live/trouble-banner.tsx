import { useQuery } from "@tanstack/react-query";
import { IconAlertTriangle, IconPlugConnectedX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useState } from "react";

import { healthQuery, troubleOf } from "./health-queries.ts";
import styles from "./trouble-banner.module.css";

const PATIENCE_MS = 4_000;

/** Red where nobody may be watching: the server's checker stands still, or this page no longer hears of changes. */
export function TroubleBanner({ connected }: { connected: boolean }) {
  const { data: problem, error } = useQuery(healthQuery);
  const interrupted = useLasting(!connected, PATIENCE_MS);
  const trouble = troubleOf(error);
  const because = trouble?.kind === "ill" ? trouble.because : trouble === null ? (problem ?? null) : null;
  return (
    <div role="alert" className={styles["banners"]}>
      {trouble?.kind === "lost" && (
        <Banner icon={<IconPlugConnectedX aria-hidden />}>
          Overdue cannot be reached from this browser. What you see may be out of date.
        </Banner>
      )}
      {because !== null && (
        <Banner icon={<IconAlertTriangle aria-hidden />}>Alerts may be late: {because}</Banner>
      )}
      {interrupted && trouble === null && (
        <Banner icon={<IconPlugConnectedX aria-hidden />}>
          Live updates are interrupted; trying again. What you see may be out of date.
        </Banner>
      )}
    </div>
  );
}

function Banner({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className={styles["banner"]}>
      {icon}
      <span>{children}</span>
    </p>
  );
}

/** Whether `on` has held for so long: a hiccup is no news. */
function useLasting(on: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!on) return;
    const timer = setTimeout(() => setLasting(true), ms);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [on, ms]);
  return lasting;
}
