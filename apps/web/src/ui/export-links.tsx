import { Anchor, Group, Text } from "@mantine/core";

type Props = {
  projectId: string;
  /** Only of this check. */
  checkId?: string;
  /** ISO 8601. */
  from: string;
  until: string;
  kinds: readonly ("runs" | "slots" | "incidents")[];
};

const NAMES = { runs: "Runs", slots: "Expected times", incidents: "Incidents" };

/** Takes along the history of a span as files for a spreadsheet or a program. */
export function ExportLinks({ projectId, checkId, from, until, kinds }: Props) {
  const href = (kind: string, format: string) => {
    const of = checkId === undefined ? {} : { checkId };
    return `/v1/projects/${projectId}/export?${new URLSearchParams({ rows: kind, from, until, format, ...of })}`;
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
