import { queryOptions, useQuery } from "@tanstack/react-query";
import { IconAlertTriangle, IconPlugConnectedX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useState } from "react";

import styles from "./health-banner.module.css";
import { answerOf, api } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";

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

// A checker counts as stopped after 15 s: with this the banner stands within 30 s.
const EVERY_MS = 10_000;

/** Why alerts may be late, as the installation says it of itself; null while all is well. */
const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: async () => (await answerOf(api.v1.instance.$get())).problem,
  refetchInterval: EVERY_MS,
  staleTime: 0,
  retry: 1,
});

/** What an answer that failed tells: the server's own trouble, that nobody answered, or nothing of the kind. */
export function troubleOf(error: unknown): { kind: "ill"; because: string } | { kind: "lost" } | null {
  if (!(error instanceof ApiError)) return error === null ? null : { kind: "lost" };
  return error.status >= 500 ? { kind: "ill", because: error.message } : null;
}
