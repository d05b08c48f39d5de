import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse, projectApi } from "../api/client.ts";
import { useProjectMutation } from "../api/paging.ts";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { ExactTime, RelativeTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";

const stream = projectApi["audit-stream"];
type StreamView = InferResponseType<typeof stream.$get, 200>;
type Props = { projectId: string };

const streamQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "audit-stream"],
    queryFn: () => parseResponse(stream.$get({ param: { projectId } })),
  });

/** Sends the audit entries of the project to a webhook as they arise. */
export function AuditStreamCard({ projectId }: Props) {
  const { data } = useQuery(streamQuery(projectId));
  const save = useProjectMutation({ projectId, parts: ["audit-stream"] }, (url: string) =>
    parseResponse(stream.$put({ param: { projectId }, json: { url } })),
  );
  const form = useForm({ initialValues: { url: "" } });
  if (data === undefined) return null;
  const secret = save.data?.shownOnce.secret;
  const submit = ({ url }: { url: string }) =>
    save.mutate(url, {
      onSuccess: () => form.reset(),
      onError: (error) => form.setFieldError("url", error.message),
    });
  return (
    <Card title="Send entries to a webhook">
      <Stack>
        {data.hint === null ? (
          <Text>
            Each entry is posted as signed JSON when it is written, so that your own log has it too.
          </Text>
        ) : (
          <State projectId={projectId} view={data} />
        )}
        {secret !== undefined && (
          <div>
            <Text mb="xs">The signing secret, which is shown only now:</Text>
            <CodeBlock code={secret} what="signing secret" />
          </div>
        )}
        <form onSubmit={form.onSubmit(submit)} noValidate>
          <Group align="flex-end">
            <TextInput
              label={data.hint === null ? "Address" : "Another address"}
              type="url"
              flex="1 1 240px"
              maw={480}
              placeholder="https://example.org/hooks/audit"
              required
              {...form.getInputProps("url")}
            />
            <Button type="submit" variant="default" loading={save.isPending}>
              {data.hint === null ? "Send entries there" : "Change the address"}
            </Button>
          </Group>
        </form>
      </Stack>
    </Card>
  );
}

function State({ projectId, view }: Props & { view: StreamView }) {
  const { hint, waiting, lastSentAt, problem, nextAttemptAt } = view;
  const end = useProjectMutation({ projectId, parts: ["audit-stream"] }, () =>
    parseResponse(stream.$delete({ param: { projectId } })),
  );
  return (
    <>
      <Text>
        Entries go to {hint}. {waiting === 0 ? "None waits" : waiting === 1 ? "1 waits" : `${waiting} wait`}
        {lastSentAt !== null && (
          <>
            ; the last one arrived <RelativeTime at={lastSentAt} />
          </>
        )}
        .
      </Text>
      {problem !== null && (
        <Alert color="orange" title="The last attempt failed">
          {problem}
          {nextAttemptAt !== null && (
            <>
              {" "}
              The next one is at <ExactTime at={nextAttemptAt} />. Nothing is lost for 30 days.
            </>
          )}
        </Alert>
      )}
      <Group>
        <Button
          variant="default"
          size="compact-md"
          loading={end.isPending}
          onClick={() => end.mutate(undefined, { onError: toast.error })}
        >
          Send no more
        </Button>
      </Group>
    </>
  );
}
