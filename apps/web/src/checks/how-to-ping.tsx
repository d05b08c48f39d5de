import { Tabs } from "@mantine/core";

import { browserZone } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import type { CheckView } from "./check-queries.ts";
import { pingSnippets, pingTarget } from "./snippets.ts";
import styles from "./how-to-ping.module.css";

/** The check's address, and how to ping it from where jobs run. */
export function HowToPing({ check }: { check: CheckView }) {
  const { pingUrl, slugPingUrl, pingEmail, slug, schedule } = check;
  if (pingUrl === null) {
    return <Card>Your role in this project is to look on, so the ping address is not shown to you.</Card>;
  }
  const snippets = pingSnippets(pingTarget({ pingUrl, slug, schedule }, browserZone()));
  return (
    <Card title="How to ping it">
      <p className={styles["lead"]}>
        The job calls this address when it has succeeded. Whoever knows the address can ping, so keep it like
        a password.
      </p>
      <CodeBlock code={pingUrl} what="ping URL" />
      {slugPingUrl !== null && (
        <>
          <p className={styles["lead"]}>The same by slug, with the project&rsquo;s ping key:</p>
          <CodeBlock code={slugPingUrl} what="ping URL by slug" />
        </>
      )}
      {pingEmail !== null && (
        <>
          <p className={styles["lead"]}>A mail to this address is a ping, too:</p>
          <CodeBlock code={pingEmail} what="e-mail address" />
        </>
      )}
      <Endings />
      <Tabs defaultValue="curl" mt="lg" keepMounted={false}>
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

const ENDINGS = [
  ["/start", "the job begins: measures how long it takes"],
  ["/fail", "it failed: alerts at once"],
  ["/0 … /255", "its exit status: 0 is a success, all else a failure"],
  ["/log", "a line for the record: changes nothing"],
] as const;

function Endings() {
  return (
    <dl className={styles["endings"]}>
      {ENDINGS.map(([ending, meaning]) => (
        <div key={ending}>
          <dt>
            <code>{ending}</code>
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
