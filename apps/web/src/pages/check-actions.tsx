import { checkName } from "@overdue/core";
import { Button } from "@mantine/core";
import {
  IconArrowRight,
  IconCopy,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Suspense, useState } from "react";

import { meQuery } from "../accounts/account-queries.ts";
import type { CheckView } from "../checks/check-queries.ts";
import { otherProjects } from "../checks/move-queries.ts";
import { useCheckActions } from "../checks/use-check-actions.tsx";
import { lazyPart } from "../ui/lazy-part.ts";
import styles from "./check-page.module.css";

const MoveDialog = lazyPart(() => import("../checks/move-dialog.tsx"));

/** What a person does with a check, at the head of its page. */
export function CheckActions({ check }: { check: CheckView }) {
  const navigate = useNavigate();
  const actions = useCheckActions(check.projectId);
  const { projectId } = check;
  const target = { id: check.id, name: checkName(check) };
  return (
    <>
      <Button
        component={Link}
        to={`/projects/${projectId}/checks/${check.id}/edit`}
        variant="default"
        className={styles["action"] ?? ""}
        leftSection={<IconPencil size={17} aria-hidden />}
      >
        Edit
      </Button>
      <Button
        component={Link}
        to={`/projects/${projectId}/checks/new?from=${check.id}`}
        variant="default"
        className={styles["action"] ?? ""}
        leftSection={<IconCopy size={17} aria-hidden />}
      >
        Duplicate
      </Button>
      {check.status === "paused" ? (
        <Button
          className={styles["action"] ?? ""}
          leftSection={<IconPlayerPlay size={17} aria-hidden />}
          onClick={() => actions.resume(target)}
        >
          Resume
        </Button>
      ) : (
        <Button
          variant="default"
          className={styles["action"] ?? ""}
          leftSection={<IconPlayerPause size={17} aria-hidden />}
          onClick={() => actions.pause(target)}
        >
          Pause
        </Button>
      )}
      <MoveButton projectId={projectId} checkId={check.id} name={target.name} />
      <Button
        variant="default"
        className={styles["action"] ?? ""}
        leftSection={<IconTrash size={17} aria-hidden />}
        onClick={() => {
          actions.remove(target);
          void navigate({ to: "/projects/$projectId/checks", params: { projectId } });
        }}
      >
        Delete
      </Button>
    </>
  );
}

/** Only for people who may change checks in another project, too. */
function MoveButton(target: { projectId: string; checkId: string; name: string }) {
  const { data: me } = useQuery(meQuery);
  const [isOpen, setOpen] = useState(false);
  const others = otherProjects(me?.projects ?? [], target.projectId);
  if (others.length === 0) return null;
  return (
    <>
      <Button
        variant="default"
        className={styles["action"] ?? ""}
        leftSection={<IconArrowRight size={17} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        Move to another project…
      </Button>
      <Suspense fallback={null}>
        {isOpen && <MoveDialog {...target} others={others} onClose={() => setOpen(false)} />}
      </Suspense>
    </>
  );
}
