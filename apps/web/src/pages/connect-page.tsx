import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { CLIENTS, mcpSettings } from "../projects/connect-clients.ts";
import { projectQuery } from "../projects/project-queries.ts";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { BackArrow, Page, PageSkeleton, TextLink } from "../ui/page.tsx";

/** What to set in the clients of other monitors, with this project's own addresses. */
export function ConnectPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/connect" });
  const { data: project, error, refetch } = useQuery(projectQuery(projectId));
  return (
    <Page
      title="Connect"
      lead="Clients of other monitors ping Overdue once they know its address. Replace my-job by the slug of a check. An assistant asks by MCP, at the end of this page."
      back={
        <TextLink to="/projects/$projectId/checks" params={{ projectId }}>
          <BackArrow />
          Checks
        </TextLink>
      }
      narrow
    >
      {error && <ErrorAlert error={error} retry={() => void refetch()} />}
      {project ? (
        <>
          {project.pingKey === null && (
            <Text>
              Only editors and owners can see the ping key, for which &lt;ping key&gt; stands below.
            </Text>
          )}
          <Card title="Beside the monitor that you have">
            <TextLink to="/projects/$projectId/shadow" params={{ projectId }}>
              Forward pings there too, and compare what both say, until you switch over
            </TextLink>
          </Card>
          <Clients pingKey={project.pingKey ?? "<ping key>"} />
          <Assistants projectId={projectId} />
        </>
      ) : (
        <PageSkeleton />
      )}
    </Page>
  );
}

function Clients({ pingKey }: { pingKey: string }) {
  const address = { origin: globalThis.location.origin, pingKey, uuid: "<UUID>" };
  return CLIENTS.map(({ name, note, settings }) => (
    <Card key={name} title={name}>
      <Text c="dimmed" mb="xs">
        {note}
      </Text>
      <CodeBlock code={settings(address)} what={`settings for ${name}`} />
    </Card>
  ));
}

/** How an assistant asks why a job is down, by MCP. */
function Assistants({ projectId }: { projectId: string }) {
  return (
    <Card title="Assistants, by MCP">
      <Text c="dimmed" mb="xs">
        With an API key of this project, from the{" "}
        <TextLink to="/projects/$projectId/settings" params={{ projectId }}>
          settings
        </TextLink>
        . It only reads. A write key also sees what jobs sent; with ?tools=write after /mcp it may change
        checks and incidents.
      </Text>
      <CodeBlock
        code={mcpSettings(globalThis.location.origin, "<API key>")}
        what="settings for MCP clients"
      />
    </Card>
  );
}
