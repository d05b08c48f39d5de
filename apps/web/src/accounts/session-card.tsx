import { Badge, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { Card } from "../ui/card.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { Listing } from "../ui/listing.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import { type SessionView, sessionsQuery, useEndOtherSessions, useEndSession } from "./sign-in-queries.ts";

/** Where the person is signed in. */
export function SessionCard() {
  const query = useQuery(sessionsQuery);
  const endOthers = useEndOtherSessions();
  const submit = () =>
    endOthers.mutate(undefined, {
      onSuccess: () => toast.success("Every other session is signed out."),
      onError: toast.error,
    });
  return (
    <Card title="Where you are signed in">
      <Listing query={query} empty="Nowhere.">
        {(sessions) => (
          <>
            <DataTable columns={COLUMNS} rows={sessions} rowKey={({ id }) => id} />
            {sessions.length > 1 && (
              <Button variant="default" mt="md" loading={endOthers.isPending} onClick={submit}>
                Sign out everywhere else
              </Button>
            )}
          </>
        )}
      </Listing>
    </Card>
  );
}

const COLUMNS: Column<SessionView>[] = [
  { head: "Device", cell: ({ device }) => device ?? "Unknown" },
  { head: "Address", cell: ({ address }) => address ?? "unknown" },
  { head: "Signed in", cell: ({ startedAt }) => <RelativeTime at={startedAt} /> },
  {
    head: "Sign out",
    isHeadHidden: true,
    cell: (session) =>
      session.isCurrent ? <Badge variant="light">this one</Badge> : <EndButton session={session} />,
  },
];

function EndButton({ session: { id, device } }: { session: SessionView }) {
  const end = useEndSession();
  return (
    <Button
      variant="default"
      size="compact-md"
      aria-label={`Sign out ${device ?? "this session"}`}
      loading={end.isPending}
      onClick={() => end.mutate(id, { onError: toast.error })}
    >
      Sign out
    </Button>
  );
}
