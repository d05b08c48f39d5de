import { Button, Group } from "@mantine/core";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";

import { ApiError, sentenceOf } from "../api/problem.ts";
import { Page } from "../ui/page.tsx";
import styles from "./shell.module.css";

/** Where an address leads nowhere. */
export function MissingPage() {
  return (
    <div className={styles["main"]}>
      <Page
        title="There is nothing here"
        lead="The address may be mistyped, or what it named was deleted."
        narrow
      >
        <Group>
          <Button component={Link} to="/">
            To your checks
          </Button>
        </Group>
      </Page>
    </div>
  );
}

/** Where a page broke: what is known of it, and ways out. */
export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  if (error instanceof ApiError && error.status === 404) return <MissingPage />;
  const tryAgain = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div className={styles["main"]}>
      <Page title="This page did not work" lead={sentenceOf(error)} narrow>
        <Group>
          <Button onClick={tryAgain}>Try again</Button>
          <Button variant="default" component="a" href="/">
            To your checks
          </Button>
        </Group>
      </Page>
    </div>
  );
}
