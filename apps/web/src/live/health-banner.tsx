import { queryOptions, useQuery } from "@tanstack/react-query";
import { IconAlertTriangle, IconPlugConnectedX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useState } from "react";

import styles from "./health-banner.module.css";
import { parseResponse, api } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";
import { useStoredAt } from "../time/clock.ts";
import { browserZone, clockText } from "../time/zones.ts";
import { useSendWaitingAcknowledgements } from "../incidents/waiting-acknowledgements.ts";
import { RelativeTime } from "../ui/time.tsx";

const INTERRUPTION_SHOWN_AFTER_MS = 4_000;

/** A red banner while alerts may be late, or while this page gets no live updates. */
export function HealthBanner({ connected }: { connected: boolean }) {
  const { data: problem, error, dataUpdatedAt } = useQuery(healthQuery);
  const interrupted = useLastsFor(!connected, INTERRUPTION_SHOWN_AFTER_MS);
  const storedAt = useStoredAt();
  // Every page of a project has this banner once, and both follow whether the server can be reached.
  useSendWaitingAcknowledgements();
  const serverError = healthError(error);
  const lateReason = findLateReason(serverError, problem ?? null);
  return (
    <div role="alert" className={styles["banners"]}>
      {serverError?.kind === "unreachable" && (
        <Banner icon={<IconPlugConnectedX aria-hidden />}>
          Overdue cannot be reached from this browser.{" "}
          <Age at={storedAt ?? new Date(dataUpdatedAt).toISOString()} />
        </Banner>
      )}
      {lateReason !== null && (
        <Banner icon={<IconAlertTriangle aria-hidden />}>Alerts may be late: {lateReason}</Banner>
      )}
      {interrupted && serverError === null && (
        <Banner icon={<IconPlugConnectedX aria-hidden />}>
          Live updates are interrupted; trying again. <Age at={new Date(dataUpdatedAt).toISOString()} />
        </Banner>
      )}
    </div>
  );
}

/** `problem`: what the server's last response reported. An unreachable server says nothing about alerts. */
function findLateReason(error: ServerError | null, problem: string | null): string | null {
  if (error === null) return problem;
  return error.kind === "unhealthy" ? error.because : null;
}

/** How old the data on the page is. `at`: the last response of the server, ISO 8601. */
function Age({ at }: { at: string }) {
  const time = Date.parse(at);
  // The time of a query that was never answered is 0.
  if (time === 0) return "What you see may be out of date.";
  return (
    <>
      What you see is from {clockText(time, browserZone())}, <RelativeTime at={at} />.
    </>
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

/** Whether `on` has been true for at least `ms`, so that a short interruption shows nothing. */
function useLastsFor(on: boolean, ms: number): boolean {
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

// A checker counts as stopped after 15 s, so the banner appears within 30 s.
const REFRESH_MS = 10_000;

/** Why alerts may be late, as the instance reports it; null where there is no problem. */
const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: async () => (await parseResponse(api.v1.instance.$get())).problem,
  refetchInterval: REFRESH_MS,
  staleTime: 0,
  retry: 1,
});

type ServerError = { kind: "unhealthy"; because: string } | { kind: "unreachable" };

/** What a failed request says about the server: unhealthy, unreachable, or null if neither follows from it. */
export function healthError(error: unknown): ServerError | null {
  if (!(error instanceof ApiError)) return error === null ? null : { kind: "unreachable" };
  return error.status >= 500 ? { kind: "unhealthy", because: error.message } : null;
}
