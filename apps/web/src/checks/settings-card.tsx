import { Button, List, Text } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { Card } from "../ui/card.tsx";
import { Description } from "../ui/description.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { checksQuery, type CheckView } from "./check-queries.ts";
import { settingsSummary } from "./check-text.ts";
import { SlotPicture } from "./slot-picture.tsx";
import styles from "./status-panel.module.css";

/** The settings of a check besides its schedule. */
export function SettingsCard({ check }: { check: CheckView }) {
  const { data: checks = [] } = useQuery(checksQuery(check.projectId));
  const dependencies = checks.filter(({ id }) => check.dependsOn.includes(id)).map(({ name }) => name);
  const sentences = [
    ...settingsSummary(check),
    ...(dependencies.length === 0
      ? []
      : [`Its alert is held back while ${dependencies.join(" or ")} is down.`]),
  ];
  return (
    <Card
      title="Settings"
      actions={
        <EditorsOnly>
          <Button
            component={Link}
            to={`/projects/${check.projectId}/checks/${check.id}/edit`}
            variant="default"
            size="compact-sm"
            leftSection={<IconPencil size={15} aria-hidden />}
          >
            Edit
          </Button>
        </EditorsOnly>
      }
    >
      {check.description !== "" && (
        <div className={styles["description"]}>
          <Description text={check.description} />
        </div>
      )}
      <div className={styles["limits"]}>
        <SlotPicture
          limits={{
            earlyMargin: check.earlyMarginSeconds || null,
            jitter: check.jitterSeconds || null,
            grace: check.graceSeconds,
            maxRuntime: check.maxRuntimeSeconds || null,
          }}
        />
      </div>
      {sentences.length === 0 ? (
        <Text c="dimmed">All other settings are at their defaults.</Text>
      ) : (
        <List spacing={4}>
          {sentences.map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      )}
    </Card>
  );
}
