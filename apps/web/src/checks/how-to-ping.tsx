import { Tabs } from "@mantine/core";

import { browserZone } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import type { CheckView } from "./check-queries.ts";
import { pingSnippets, pingTarget } from "./snippets.ts";
import styles from "./how-to-ping.module.css";

/** The ping URL of a check, and how to call it from the places where jobs run. */
export function HowToPing({ check }: { check: CheckView }) {
  const { pingUrl, slugPingUrl, pingEmail, slug, schedule, metricLimits } = check;
  if (pingUrl === null) {
    return <Card>You have view-only access, so the ping URL is not shown to you.</Card>;
  }
  const snippets = pingSnippets(pingTarget({ pingUrl, slug, schedule, metricLimits }, browserZone()));
  return (
    <Card title="How to ping it">
      <p className={styles["lead"]}>
        The job calls this URL when it has succeeded. Anyone who knows the URL can ping the check, so keep it
        secret like a password.
      </p>
      <CodeBlock code={pingUrl} what="ping URL" />
      {slugPingUrl !== null && (
        <>
          <p className={styles["lead"]}>The same with the slug and the project&rsquo;s ping key:</p>
          <CodeBlock code={slugPingUrl} what="ping URL by slug" />
        </>
      )}
      {pingEmail !== null && (
        <>
          <p className={styles["lead"]}>An e-mail to this address is a ping too:</p>
          <CodeBlock code={pingEmail} what="e-mail address" />
        </>
      )}
      <PingPaths />
      <Tabs defaultValue={snippets[0]?.id ?? "curl"} mt="lg" keepMounted={false}>
        <Tabs.List>
          {snippets.map(({ id, title }) => (
            <Tabs.Tab key={id} value={id}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {snippets.map(({ id, title, note, code }) => (
          <Tabs.Panel key={id} value={id} pt="md">
            <p className={styles["lead"]}>{note}</p>
            <CodeBlock code={code} what={`${title} snippet`} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Card>
  );
}

const PING_PATHS = [
  ["/start", "the job starts: measures how long it takes"],
  ["/fail", "the job failed: alerts immediately"],
  ["/0 … /255", "the exit status: 0 is a success, everything else a failure"],
  ["/log", "a line for the history: changes nothing"],
  ["?metric.rows=12", "a number that the run reports; limits of the check say what it must be"],
] as const;

function PingPaths() {
  return (
    <dl className={styles["endings"]}>
      {PING_PATHS.map(([path, meaning]) => (
        <div key={path}>
          <dt>
            <code>{path}</code>
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
