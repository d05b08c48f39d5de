import { Text } from "@mantine/core";

import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import type { ProjectView } from "./project-queries.ts";

/** The key with which checks are pinged by their slug. */
export function PingKeyCard({ project }: { project: ProjectView }) {
  return (
    <Card title="Ping key">
      <Text c="dimmed" mb="xs">
        With it a job can ping any check of this project by its slug: /ping/&lt;ping key&gt;/&lt;slug&gt;. It
        can do nothing else.
      </Text>
      {project.pingKey === null ? (
        <Text>It is shown to editors and owners only.</Text>
      ) : (
        <CodeBlock code={project.pingKey} what="ping key" />
      )}
    </Card>
  );
}
