import { Button, Group } from "@mantine/core";
import { IconMessagePlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { EditorsOnly } from "../ui/role.tsx";
import { ExactTime } from "../ui/time.tsx";
import { deleteWithUndo, toast } from "../ui/toast.tsx";
import { STATE_TEXT, UpdateForm } from "./post-forms.tsx";
import {
  type StatusPageRef,
  type StatusPageView,
  type StatusPostView,
  useAddUpdate,
  useDeleteUpdate,
  useEditUpdate,
  useRestoreUpdate,
} from "./status-page-queries.ts";
import items from "../ui/items.module.css";
import styles from "./status-pages.module.css";

type Props = {
  pageRef: StatusPageRef;
  page: StatusPageView;
  posts: readonly StatusPostView[];
  remove: (post: StatusPostView) => void;
};

/** The posts of a page, newest first, each with its updates and a button to add one. */
export function PostList({ posts, ...props }: Props) {
  return (
    <ul className={items["list"]}>
      {posts.map((post) => (
        <PostItem key={post.id} post={post} {...props} />
      ))}
    </ul>
  );
}

type ItemProps = Omit<Props, "posts"> & { post: StatusPostView };

function PostItem({ pageRef, page, post, remove }: ItemProps) {
  const [isWriting, setWriting] = useState(false);
  const { mutateAsync } = useAddUpdate(pageRef);
  const names = page.entries.flatMap(({ checkId, name }) => (post.checkIds.includes(checkId) ? [name] : []));
  const isAnnouncement = post.updates[0]?.state === "notice";
  return (
    <li className={items["item"]}>
      <div className={items["words"]}>
        <strong>{post.title}</strong>
        {names.length > 0 && <p className={styles["dimmed"]}>{names.join(", ")}</p>}
        <ul className={styles["updates"]}>
          {post.updates.map((update) => (
            <UpdateItem key={update.id} pageRef={pageRef} post={post} update={update} />
          ))}
        </ul>
        {isWriting && (
          <UpdateForm
            subscribers={page.subscribers}
            isAnnouncement={isAnnouncement}
            save={async (json) => {
              await mutateAsync({ postId: post.id, json });
              setWriting(false);
              toast.success("It is on the page.");
            }}
            cancel={() => setWriting(false)}
          />
        )}
      </div>
      {!isWriting && (
        <EditorsOnly>
          <Group gap={6}>
            <Button
              variant="default"
              size="compact-md"
              leftSection={<IconMessagePlus size={16} aria-hidden />}
              aria-label={`Add an update to ${post.title}`}
              onClick={() => setWriting(true)}
            >
              Add an update
            </Button>
            <Button
              variant="default"
              size="compact-md"
              leftSection={<IconTrash size={16} aria-hidden />}
              aria-label={`Delete ${post.title}`}
              onClick={() => remove(post)}
            >
              Delete
            </Button>
          </Group>
        </EditorsOnly>
      )}
    </li>
  );
}

type UpdateItemProps = {
  pageRef: StatusPageRef;
  post: StatusPostView;
  update: StatusPostView["updates"][number];
};

function UpdateItem({ pageRef, post, update }: UpdateItemProps) {
  const [isEditing, setEditing] = useState(false);
  const edit = useEditUpdate(pageRef);
  const { id: updateId, at, editedAt, state, text, by } = update;
  if (isEditing)
    return (
      <li>
        <UpdateForm
          edited={{ state, text }}
          subscribers={0}
          isAnnouncement={state === "notice"}
          save={async (json) => {
            await edit.mutateAsync({ postId: post.id, updateId, json });
            setEditing(false);
            toast.success("The page says that it was edited.");
          }}
          cancel={() => setEditing(false)}
        />
      </li>
    );
  return (
    <li>
      <strong>{STATE_TEXT[state]}</strong>{" "}
      <span className={styles["dimmed"]}>
        <ExactTime at={at} /> by {by}
        {editedAt !== null && (
          <>
            , edited <ExactTime at={editedAt} />
          </>
        )}
      </span>
      <p className={styles["text"]}>{text}</p>
      <EditorsOnly>
        <UpdateButtons pageRef={pageRef} post={post} update={update} edit={() => setEditing(true)} />
      </EditorsOnly>
    </li>
  );
}

function UpdateButtons({ pageRef, post, update, edit }: UpdateItemProps & { edit: () => void }) {
  const postRef = { ...pageRef, postId: post.id };
  const remove = useDeleteUpdate(postRef);
  const restore = useRestoreUpdate(postRef);
  const name = `“${STATE_TEXT[update.state]}” of ${post.title}`;
  return (
    <Group gap={6}>
      <Button variant="subtle" size="compact-sm" aria-label={`Edit ${name}`} onClick={edit}>
        Edit
      </Button>
      {post.updates.length > 1 && (
        <Button
          variant="subtle"
          size="compact-sm"
          aria-label={`Delete ${name}`}
          onClick={() =>
            deleteWithUndo(
              { id: update.id, name: `${STATE_TEXT[update.state]}: ${post.title}` },
              { remove, restore },
            )
          }
        >
          Delete
        </Button>
      )}
    </Group>
  );
}
