import { Button, Group } from "@mantine/core";

import { Ago } from "../ui/ago.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { tell } from "../ui/tell.tsx";
import { DeliveryItem, type Names } from "./delivery-list.tsx";
import { type DeliveryView, useDismiss, useRedeliver } from "./delivery-queries.ts";
import styles from "./delivery-list.module.css";

type Props = { projectId: string; letters: readonly DeliveryView[]; names: Names };

/** What was given up, to be delivered again or dismissed. */
export function DeadLetterList({ projectId, letters, names }: Props) {
  const redeliver = useRedeliver(projectId);
  const dismiss = useDismiss(projectId);
  return (
    <ul className={styles["list"]}>
      {letters.map((letter) => (
        <DeliveryItem key={letter.id} projectId={projectId} delivery={letter} names={names}>
          {letter.lastError !== null && <p className={styles["dimmed"]}>{letter.lastError}</p>}
          {letter.dealtWithAt === null ? (
            <EditorsOnly>
              <Group gap="xs">
                <Button
                  size="compact-sm"
                  onClick={() =>
                    redeliver.mutate(letter.id, {
                      onSuccess: () => tell.done("Queued again."),
                      onError: tell.trouble,
                    })
                  }
                >
                  Deliver again
                </Button>
                <Button
                  variant="default"
                  size="compact-sm"
                  onClick={() =>
                    dismiss.mutate(letter.id, {
                      onSuccess: () => tell.done("Dismissed."),
                      onError: tell.trouble,
                    })
                  }
                >
                  Dismiss
                </Button>
              </Group>
            </EditorsOnly>
          ) : (
            <p className={styles["dimmed"]}>
              Dealt with <Ago at={letter.dealtWithAt} />
            </p>
          )}
        </DeliveryItem>
      ))}
    </ul>
  );
}
