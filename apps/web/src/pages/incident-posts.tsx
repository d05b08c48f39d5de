import { Button, NativeSelect, Stack } from "@mantine/core";
import { IconSpeakerphone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { PostForm } from "../status-pages/post-forms.tsx";
import { PostList } from "../status-pages/post-list.tsx";
import {
  type StatusPageView,
  statusPagesQuery,
  statusPostsQuery,
  useCreatePost,
  useDeletePost,
  useRestorePost,
} from "../status-pages/status-page-queries.ts";
import { Card } from "../ui/card.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { deleteWithUndo, toast } from "../ui/toast.tsx";

type Props = { projectId: string; incidentId: string; checkId: string };

/** What visitors of status pages read about an incident; renders nothing if its check is on no page. */
export function IncidentPosts({ projectId, incidentId, checkId }: Props) {
  const { data: pages = [] } = useQuery(statusPagesQuery(projectId));
  const pagesWithCheck = pages.filter(({ entries }) => entries.some((entry) => entry.checkId === checkId));
  if (pagesWithCheck.length === 0) return null;
  return (
    <Card
      title={
        pagesWithCheck.length === 1 ? `On the status page “${pagesWithCheck[0]?.name}”` : "On status pages"
      }
    >
      {pagesWithCheck.map((page) => (
        <PostsOfIncident key={page.id} projectId={projectId} incidentId={incidentId} page={page} />
      ))}
      <EditorsOnly>
        <NewPost projectId={projectId} incidentId={incidentId} checkId={checkId} pages={pagesWithCheck} />
      </EditorsOnly>
    </Card>
  );
}

type PostsProps = Pick<Props, "projectId" | "incidentId"> & { page: StatusPageView };

function PostsOfIncident({ projectId, incidentId, page }: PostsProps) {
  const ref = { projectId, pageId: page.id };
  const { data: posts = [] } = useQuery(statusPostsQuery(ref));
  const remove = useDeletePost(ref);
  const restore = useRestorePost(ref);
  return (
    <PostList
      pageRef={ref}
      page={page}
      posts={posts.filter((post) => post.incidentId === incidentId)}
      remove={(post) => deleteWithUndo({ id: post.id, name: post.title }, { remove, restore })}
    />
  );
}

function NewPost({ projectId, incidentId, checkId, pages }: Props & { pages: readonly StatusPageView[] }) {
  const [isWriting, setWriting] = useState(false);
  const [chosen, choose] = useState(pages[0]?.id);
  const { mutateAsync } = useCreatePost(projectId);
  const page = pages.find(({ id }) => id === chosen) ?? pages[0];
  if (page === undefined) return null;
  if (!isWriting)
    return (
      <Button
        variant="default"
        leftSection={<IconSpeakerphone size={17} aria-hidden />}
        onClick={() => setWriting(true)}
      >
        Post an update to a status page
      </Button>
    );
  const publicName = page.entries.find((entry) => entry.checkId === checkId)?.name ?? "";
  return (
    <Stack>
      {pages.length > 1 && (
        <NativeSelect
          label="Status page"
          data={pages.map(({ id, name }) => ({ value: id, label: name }))}
          value={page.id}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
        />
      )}
      <PostForm
        key={page.id}
        initial={{ title: `Problems with ${publicName}`, checkIds: [checkId], incidentId }}
        checks={page.entries}
        subscribers={page.subscribers}
        save={async (json) => {
          await mutateAsync({ pageId: page.id, json });
          setWriting(false);
          toast.success("It is on the page.");
        }}
        cancel={() => setWriting(false)}
      />
    </Stack>
  );
}
