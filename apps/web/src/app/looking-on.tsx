import { Button, Group } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import { Page } from "../ui/page.tsx";
import styles from "./shell.module.css";

/** Tells a viewer why the pages have no buttons. */
export function LookingOn() {
  return (
    <p className={styles["lookingOn"]}>
      <IconEye size={17} aria-hidden />
      <span>You look on here: an owner of the project can make you an editor, who may change things.</span>
    </p>
  );
}

/** In the place of a page that a viewer can do nothing with. */
export function OnlyForEditors({ projectId }: { projectId: string }) {
  return (
    <Page
      title="Only for editors"
      lead="This page changes something, and you may only look on in this project. An owner can make you an editor."
      narrow
    >
      <Group>
        <Button component={Link} to={`/projects/${projectId}/checks`}>
          To the checks
        </Button>
      </Group>
    </Page>
  );
}
