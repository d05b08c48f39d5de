import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import styles from "./how-to-ping.module.css";

/** The badge and the heartbeat strip of a check as pictures for other pages, with what to paste there. */
export function BadgeCard({ name, badgeUrl }: { name: string; badgeUrl: string | null }) {
  if (badgeUrl === null) return null;
  const stripUrl = badgeUrl.replace(/\/[^/]*\/([^/]+)$/, "/strip/$1");
  // Brackets would end the name of the picture.
  const alt = name.replaceAll(/[[\]]/g, "");
  return (
    <Card title="Badge">
      <p className={styles["lead"]}>
        Anybody who has its address sees the status and the name, and nothing else.
      </p>
      <p>
        <img src={new URL(badgeUrl).pathname} alt={`Status of ${name}`} height={20} />
      </p>
      <CodeBlock code={`![${alt}](${badgeUrl})`} what="badge as Markdown" />
      <p>
        <img src={new URL(stripUrl).pathname} alt={`Last runs of ${name}`} height={24} />
      </p>
      <CodeBlock code={`![${alt}](${stripUrl})`} what="strip as Markdown" />
    </Card>
  );
}
