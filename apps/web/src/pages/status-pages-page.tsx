import { Anchor, Button, Group } from "@mantine/core";
import { IconExternalLink, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";

import {
  type StatusPageView,
  statusPagesQuery,
  useDeleteStatusPage,
  useRestoreStatusPage,
} from "../status-pages/status-page-queries.ts";
import items from "../ui/items.module.css";
import styles from "../status-pages/status-pages.module.css";
import { EditLink } from "../ui/item-actions.tsx";
import { Listing } from "../ui/listing.tsx";
import { Page, TextLink } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { ManagedLabel } from "../ui/status-label.tsx";
import { deleteWithUndo } from "../ui/toast.tsx";

export function StatusPagesPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/status-pages" });
  const query = useQuery(statusPagesQuery(projectId));
  const remove = useDeleteStatusPage(projectId);
  const restore = useRestoreStatusPage(projectId);
  return (
    <Page
      title="Status pages"
      lead="For people without an account: chosen checks under public names, what you write about incidents, and nothing else."
      actions={
        <EditorsOnly>
          <Button
            component={Link}
            to={`/projects/${projectId}/status-pages/new`}
            leftSection={<IconPlus size={18} aria-hidden />}
          >
            New status page
          </Button>
        </EditorsOnly>
      }
    >
      <Listing query={query} empty="No status page yet. Make one for those who ask you whether the jobs ran.">
        {(pages) => (
          <ul className={items["list"]}>
            {pages.map((page) => (
              <PageItem
                key={page.id}
                projectId={projectId}
                page={page}
                remove={() => deleteWithUndo(page, { remove, restore })}
              />
            ))}
          </ul>
        )}
      </Listing>
    </Page>
  );
}

type ItemProps = { projectId: string; page: StatusPageView; remove: () => void };

function PageItem({ projectId, page, remove }: ItemProps) {
  const { id, name, url, visibility, entries, subscribers } = page;
  const facts = [
    visibility === "public" ? "everybody may see it" : "asks for a password",
    entries.length === 1 ? "1 check" : `${entries.length} checks`,
    subscribers === 1 ? "1 subscriber" : `${subscribers} subscribers`,
  ];
  return (
    <li className={items["item"]}>
      <div className={items["words"]}>
        <TextLink to="/projects/$projectId/status-pages/$pageId" params={{ projectId, pageId: id }}>
          {name}
        </TextLink>
        <ManagedLabel managedBy={page.managedBy} />
        <div>
          <Anchor href={url} target="_blank" rel="noopener">
            {url} <IconExternalLink size={14} aria-label="opens in a new tab" />
          </Anchor>
        </div>
        <p className={styles["dimmed"]}>{facts.join(" · ")}</p>
      </div>
      <EditorsOnly>
        <Group gap={6}>
          <EditLink name={name} to={`/projects/${projectId}/status-pages/${id}/edit`} />
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconTrash size={16} aria-hidden />}
            aria-label={`Delete ${name}`}
            onClick={remove}
          >
            Delete
          </Button>
        </Group>
      </EditorsOnly>
    </li>
  );
}
