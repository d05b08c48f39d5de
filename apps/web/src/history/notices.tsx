import { useInfiniteQuery } from "@tanstack/react-query";

import { Card } from "../ui/card.tsx";
import { Exact } from "../ui/exact.tsx";
import { MoreButton } from "../ui/more-button.tsx";
import { noticesQuery, type NoticeView } from "./history-queries.ts";
import { capital, reasonText } from "../words/reason-text.ts";
import styles from "../ui/table.module.css";

type Props = { projectId: string; checkId: string; zone: string | undefined };

/** What was worth a line but no alert; nothing where there was none. */
export function Notices({ projectId, checkId, zone }: Props) {
  const query = useInfiniteQuery(noticesQuery({ projectId, checkId }));
  if (!query.data || query.data.length === 0) return null;
  return (
    <Card title="Noted">
      <div className={styles["scroll"]}>
        <table className={styles["table"]}>
          <thead>
            <tr>
              <th>When</th>
              <th>What</th>
            </tr>
          </thead>
          <tbody>
            {query.data.map((notice) => (
              <tr key={notice.id}>
                <td>
                  <Exact at={notice.at} {...(zone && { zone })} />
                </td>
                <td className={styles["wide"]}>{noticeText(notice)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <MoreButton {...query} />
    </Card>
  );
}

function noticeText({ notice, evidence }: NoticeView): string {
  return notice === "edited" ? "The check was edited" : capital(reasonText({ reason: notice, evidence }));
}
