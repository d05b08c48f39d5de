import { Skeleton, Text } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse } from "../api/client.ts";
import { Card } from "../ui/card.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { ExactTime } from "../ui/time.tsx";
import { organizationApi } from "./people-queries.ts";
import styles from "./usage-card.module.css";

type UsageView = InferResponseType<typeof organizationApi.usage.$get, 200>;
type LimitView = UsageView["limits"][number];

const usageQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ["organizations", organizationId, "usage"],
    queryFn: () => parseResponse(organizationApi.usage.$get({ param: { organizationId } })),
    // Checks and channels are made on other pages.
    staleTime: 0,
  });

const LABELS: Record<LimitView["limit"], string> = {
  checks: "Checks",
  members: "Members and open invitations",
  projects: "Projects",
  channels: "Channels",
  alertsPerMonth: "Alerts this month (UTC)",
  pingLog: "Pings kept of each check",
  retentionDays: "History",
  bodyBytes: "Kept of the beginning and of the end of a ping’s body",
};

/** The plan of an organization, and how much of it is used; nothing where the instance has no plans. */
export function UsageCard({ organizationId }: { organizationId: string }) {
  const { data, error, refetch } = useQuery(usageQuery(organizationId));
  if (error) return <ErrorAlert error={error} retry={() => void refetch()} />;
  if (data?.plan === null) return null;
  return (
    <Card title="Plan and usage">
      {data === undefined ? <Skeleton height={160} /> : <Usage usage={data} />}
    </Card>
  );
}

function Usage({ usage: { plan, limits } }: { usage: UsageView }) {
  return (
    <>
      <Text>
        The plan is <strong>{plan?.title}</strong>
        {plan?.until && (
          <>
            {" "}
            until <ExactTime at={plan.until} />
          </>
        )}
        . Pings are taken and alerts are sent whatever the numbers are.
      </Text>
      <dl className={styles["limits"]}>
        {limits
          .filter(({ used, allowed }) => used !== null || allowed !== null)
          .map((limit) => (
            <Limit key={limit.limit} limit={limit} />
          ))}
      </dl>
    </>
  );
}

function Limit({ limit: { limit, used, allowed, state, sentence } }: { limit: LimitView }) {
  return (
    <div className={styles["limit"]}>
      <dt>{LABELS[limit]}</dt>
      <dd>{amountText(limit, { used, allowed })}</dd>
      {used !== null && allowed !== null && (
        <div className={`${styles["bar"]} ${styles[state] ?? ""}`} aria-hidden>
          <div style={{ width: `${allowed === 0 ? 100 : Math.min(100, (used / allowed) * 100)}%` }} />
        </div>
      )}
      {sentence !== null && (
        <dd className={styles["sentence"]}>
          <Text size="sm">{sentence}</Text>
        </dd>
      )}
    </div>
  );
}

/** "18 of 20", "3, no limit", "30 days". */
function amountText(
  limit: LimitView["limit"],
  { used, allowed }: Pick<LimitView, "used" | "allowed">,
): string {
  const most = allowed?.toLocaleString("en") ?? "";
  if (used !== null)
    return allowed === null
      ? `${used.toLocaleString("en")}, no limit`
      : `${used.toLocaleString("en")} of ${most}`;
  if (limit === "retentionDays") return allowed === 1 ? "1 day" : `${most} days`;
  return limit === "bodyBytes" ? `${most} bytes` : most;
}
