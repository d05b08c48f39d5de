import { Anchor } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { checkName } from "@overdue/core";

import type { CheckView } from "../checks/check-queries.ts";
import { useCheckActions } from "../checks/use-check-actions.tsx";
import { TextLink } from "../ui/page.tsx";
import styles from "./first-check-page.module.css";

const EDIT = "/projects/$projectId/checks/$checkId/edit";

/** When the job is expected, with links to change that, or to go back, which deletes the check while it has no ping. */
export function ExpectedTime({ check, watch }: { check: CheckView; watch: string }) {
  const { projectId, id: checkId } = check;
  const navigate = useNavigate();
  const actions = useCheckActions(projectId);
  return (
    <p className={styles["lead"]}>
      <strong>{checkName(check)}</strong> is expected: {check.scheduleText}.{" "}
      <TextLink to={EDIT} params={{ projectId, checkId }} search={{ watch }}>
        Change the name or the time
      </TextLink>
      {check.pingCount === 0 && (
        <>
          {" · "}
          <Anchor
            component="button"
            type="button"
            onClick={() => {
              actions.remove({ id: checkId, name: checkName(check) });
              void navigate({ to: "/projects/$projectId/start", params: { projectId }, search: {} });
            }}
          >
            Choose something else
          </Anchor>
        </>
      )}
    </p>
  );
}
