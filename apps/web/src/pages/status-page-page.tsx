import { Anchor, Button, Group } from "@mantine/core";
import { IconExternalLink, IconPencil, IconPlus } from "@tabler/icons-react";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, notFound, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { PostForm } from "../status-pages/post-forms.tsx";
import { PostList } from "../status-pages/post-list.tsx";
import {
  type StatusPageRef,
  type StatusPageView,
  statusPagesQuery,
  statusPostsQuery,
  subscribersQuery,
  useCreatePost,
  useDeletePost,
  useRemoveSubscriber,
  useRestorePost,
} from "../status-pages/status-page-queries.ts";
import items from "../ui/items.module.css";
import styles from "../status-pages/status-pages.module.css";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { Listing } from "../ui/listing.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { deleteWithUndo, toast } from "../ui/toast.tsx";

/** A status page: its posts, its subscribers, and how to embed it elsewhere. */
export function StatusPagePage() {
  const ref = useParams({ from: "/signed-in/projects/$projectId/status-pages/$pageId" });
  const { projectId, pageId } = ref;
  const { data: pages } = useSuspenseQuery(statusPagesQuery(projectId));
  const page = pages.find(({ id }) => id === pageId);
  if (page === undefined) throw notFound();
  return (
    <Page
      title={page.name}
      lead={
        <Anchor href={page.url} target="_blank" rel="noopener">
          {page.url} <IconExternalLink size={14} aria-label="opens in a new tab" />
        </Anchor>
      }
      back={
        <TextLink to="/projects/$projectId/status-pages" params={{ projectId }}>
          <BackArrow />
          Status pages
        </TextLink>
      }
      actions={
        <EditorsOnly>
          <Button
            component={Link}
            to={`/projects/${projectId}/status-pages/${pageId}/edit`}
            variant="default"
            leftSection={<IconPencil size={18} aria-hidden />}
          >
            Edit
          </Button>
        </EditorsOnly>
      }
    >
      <Posts pageRef={ref} page={page} />
      <EditorsOnly>
        <Subscribers pageRef={ref} />
      </EditorsOnly>
      <Embedding page={page} />
    </Page>
  );
}

function Posts({ pageRef, page }: { pageRef: StatusPageRef; page: StatusPageView }) {
  const query = useQuery(statusPostsQuery(pageRef));
  const [isWriting, setWriting] = useState(false);
  const create = useCreatePost(pageRef.projectId);
  const remove = useDeletePost(pageRef);
  const restore = useRestorePost(pageRef);
  return (
    <Card
      title="Incidents and announcements"
      actions={
        !isWriting && (
          <EditorsOnly>
            <Button
              size="compact-md"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => setWriting(true)}
            >
              Write a post
            </Button>
          </EditorsOnly>
        )
      }
    >
      {isWriting && (
        <PostForm
          initial={{ title: "" }}
          checks={page.entries}
          subscribers={page.subscribers}
          save={async (json) => {
            await create.mutateAsync({ pageId: pageRef.pageId, json });
            setWriting(false);
            toast.success("It is on the page.");
          }}
          cancel={() => setWriting(false)}
        />
      )}
      <Listing query={query} empty="Nothing was written here yet.">
        {(posts) => (
          <PostList
            pageRef={pageRef}
            page={page}
            posts={posts}
            remove={(post) => deleteWithUndo({ id: post.id, name: post.title }, { remove, restore })}
          />
        )}
      </Listing>
    </Card>
  );
}

function Subscribers({ pageRef }: { pageRef: StatusPageRef }) {
  const query = useQuery(subscribersQuery(pageRef));
  const remove = useRemoveSubscriber(pageRef);
  return (
    <Card title="Subscribers">
      <Listing query={query} empty="Nobody has subscribed by e-mail yet. Feeds are read without a name.">
        {(subscribers) => (
          <ul className={items["list"]}>
            {subscribers.map(({ id, email, askedAt, confirmedAt, refusedAt, refusedBecause }) => (
              <li key={id} className={items["item"]}>
                <div className={items["words"]}>
                  {email}
                  {refusedAt === null ? (
                    <p className={styles["dimmed"]}>
                      {confirmedAt === null ? "asked to confirm " : "confirmed "}
                      <RelativeTime at={confirmedAt ?? askedAt} />
                      {confirmedAt === null && ", not confirmed yet"}
                    </p>
                  ) : (
                    <p className={styles["dimmed"]}>
                      Removed <RelativeTime at={refusedAt} />, because its mail server says that there is no
                      such mailbox: {refusedBecause}
                    </p>
                  )}
                </div>
                <Button
                  variant="default"
                  size="compact-md"
                  aria-label={`Remove ${email}`}
                  onClick={() =>
                    remove.mutate(id, {
                      onSuccess: () => toast.success(`${email} gets no more updates.`),
                      onError: toast.error,
                    })
                  }
                >
                  Remove
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Listing>
    </Card>
  );
}

function Embedding({ page: { url, name } }: { page: StatusPageView }) {
  const frame = `<iframe src="${url}/embed" title="${name.replaceAll('"', "&quot;")}" width="320" height="90" style="border:0"></iframe>`;
  return (
    <Card title="On other pages">
      <p className={styles["dimmed"]}>A small widget, a badge, and the same for programs.</p>
      <CodeBlock code={frame} what="the widget" />
      <Group>
        <Anchor href={`${url}/badge.svg`}>Badge</Anchor>
        <Anchor href={`${url}/summary.json`}>JSON</Anchor>
        <Anchor href={`${url}/feed.atom`}>Atom feed</Anchor>
        <Anchor href={`${url}/feed.rss`}>RSS feed</Anchor>
      </Group>
    </Card>
  );
}
