import { Anchor, Group, Text } from "@mantine/core";

type Props = {
  projectId: string;
  /** Only the history of this check. */
  checkId?: string;
  /** The span, ISO 8601. */
  from: string;
  until: string;
  kinds: readonly ("runs" | "slots" | "incidents")[];
};

const NAMES = { runs: "Runs", slots: "Expected times", incidents: "Incidents" };

/** Links that download the history of a span as files for a spreadsheet or a program. */
export function ExportLinks({ projectId, checkId, from, until, kinds }: Props) {
  const href = (kind: string, format: string) => {
    const checkFilter = checkId === undefined ? {} : { checkId };
    return `/v1/projects/${projectId}/export?${new URLSearchParams({ rows: kind, from, until, format, ...checkFilter })}`;
  };
  return (
    <Group gap="xs" mt="sm">
      <Text size="sm" c="dimmed">
        Download:
      </Text>
      {kinds.map((kind) => (
        <Text key={kind} size="sm">
          {NAMES[kind]} as{" "}
          <Anchor href={href(kind, "csv")} download underline="always">
            CSV
          </Anchor>{" "}
          or{" "}
          <Anchor href={href(kind, "json")} download underline="always">
            JSON
          </Anchor>
        </Text>
      ))}
    </Group>
  );
}
