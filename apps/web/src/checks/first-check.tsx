import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import { EditorsOnly } from "../ui/role.tsx";
import styles from "./first-check.module.css";

/** Where there is no check yet: what one is, and the way to the first. */
export function FirstCheck({ projectId }: { projectId: string }) {
  return (
    <section className={styles["empty"]} aria-label="No checks yet">
      <img src="/favicon.svg" alt="" width={56} height={56} />
      <h2>No checks yet</h2>
      <p>
        A check stands for one job: a backup, a report, a queue. Say when the job should run, let it ping the
        check&rsquo;s address when it has, and Overdue tells you when a ping does not come.
      </p>
      <EditorsOnly>
        <Button
          component={Link}
          to={`/projects/${projectId}/checks/new`}
          size="md"
          leftSection={<IconPlus size={18} aria-hidden />}
        >
          Make the first check
        </Button>
      </EditorsOnly>
    </section>
  );
}
