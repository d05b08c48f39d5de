import { useInfiniteQuery } from "@tanstack/react-query";

import { Ago } from "../ui/time.tsx";
import { Card } from "../ui/card.tsx";
import { Listing, MoreButton } from "../ui/listing.tsx";
import { refusedPingText } from "../text/ping-text.ts";
import { visibleText } from "../text/plain-text.ts";
import { type RefusedPing, refusedPingsQuery } from "./history-queries.ts";
import styles from "../ui/table.module.css";

/** On a check's page: its pings that did not count; nothing where there was none. */
export function RefusedPingsOfCheck({ projectId, checkId }: { projectId: string; checkId: string }) {
  const query = useInfiniteQuery(refusedPingsQuery({ projectId, checkId }));
  if (!query.data || query.data.length === 0) return null;
  return (
    <Card title="Pings that did not count">
      <RefusedPingTable pings={query.data} />
      <MoreButton {...query} />
    </Card>
  );
}

/** Everything that named the project and did not count. */
export function RefusedPingsOfProject({ projectId }: { projectId: string }) {
  const query = useInfiniteQuery(refusedPingsQuery({ projectId }));
  return (
    <Card>
      <Listing query={query} empty="Every ping counted.">
        {(pings) => <RefusedPingTable pings={pings} />}
      </Listing>
      <MoreButton {...query} />
    </Card>
  );
}

function RefusedPingTable({ pings }: { pings: readonly RefusedPing[] }) {
  return (
    <div className={styles["scroll"]}>
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th>Last</th>
            <th>Times</th>
            <th>URL after the key</th>
            <th>Why</th>
            <th>From</th>
          </tr>
        </thead>
        <tbody>
          {pings.map((ping) => (
            <tr key={ping.id}>
              <td>
                <Ago at={ping.lastAt} />
              </td>
              <td>{ping.count.toLocaleString("en")}</td>
              <td className={styles["wide"]}>
                {ping.asked === "" ? "–" : <code>{visibleText(ping.asked)}</code>}
              </td>
              <td className={styles["wide"]}>{refusedPingText(ping.reason)}</td>
              <td className={styles["wide"]}>
                <span>{ping.remoteAddress ?? "unknown"}</span>{" "}
                <span className={styles["dimmed"]}>
                  {[ping.method, ping.userAgent].filter((text) => text !== "").join(" · ")}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
