import { Button, Checkbox, NativeSelect, Skeleton, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { parseResponse, projectApi } from "../api/client.ts";
import { useProjectMutation } from "../api/paging.ts";
import { Card } from "../ui/card.tsx";
import { toast } from "../ui/toast.tsx";

const { privacy } = projectApi;
type PrivacyView = InferResponseType<typeof privacy.$get, 200>;
type PrivacyInput = InferRequestType<typeof privacy.$put>["json"];
type Redaction = PrivacyInput["redactions"][number];

const privacyQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "privacy"],
    queryFn: () => parseResponse(privacy.$get({ param: { projectId } })),
  });

const BODIES = [
  { value: "all", label: "is stored as it comes" },
  { value: "redacted", label: "is stored without what is chosen here" },
  { value: "none", label: "is not stored" },
];

const REDACTIONS: Record<Redaction, string> = {
  tokens: "Tokens and keys of known forms",
  "cloud-keys": "Access keys of clouds",
  passwords: "Passwords in addresses, and behind password=, secret=, token=",
  "private-keys": "Private keys",
  emails: "E-mail addresses",
  "ip-addresses": "IP addresses",
};

type Props = { projectId: string; isOwner: boolean };

/** What the project keeps of its pings, which its owners may change. */
export function PrivacyCard({ projectId, isOwner }: Props) {
  const { data } = useQuery(privacyQuery(projectId));
  return (
    <Card title="What is kept">
      {data === undefined ? (
        <Skeleton height={120} />
      ) : (
        <Stack>
          <Kept privacy={data} />
          {isOwner ? (
            <PrivacyForm projectId={projectId} privacy={data} />
          ) : (
            <Text>Only admins and owners can change this.</Text>
          )}
        </Stack>
      )}
    </Card>
  );
}

function Kept({ privacy: { kept, bodies, shortAddresses } }: { privacy: PrivacyView }) {
  return (
    <Text>
      The newest {kept.pings.toLocaleString("en")} pings of each check for {kept.pingDays} days at the most,
      with the time, {shortAddresses ? "the beginning of the sender’s address" : "the sender’s address"}, its
      program
      {bodies === "none" ? ", and nothing of what the job sent" : ", and what the job sent"}. Runs, expected
      times, incidents and uptime for {kept.runDays} days; the audit log for 400. Keywords are looked for
      before anything is left out.
    </Text>
  );
}

function PrivacyForm({ projectId, privacy: known }: { projectId: string; privacy: PrivacyView }) {
  const save = useProjectMutation({ projectId, parts: ["privacy"] }, (json: PrivacyInput) =>
    parseResponse(privacy.$put({ param: { projectId }, json })),
  );
  const form = useForm({
    initialValues: {
      bodies: known.bodies as string,
      redactions: known.redactions as string[],
      words: known.words.join(", "),
      shortAddresses: known.shortAddresses,
    },
  });
  const submit = (values: typeof form.values) =>
    save.mutate(readValues(values), {
      onSuccess: () => toast.success("Saved. It holds for pings from now on."),
      onError: toast.error,
    });
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack align="flex-start">
        <NativeSelect label="What a job sends" data={BODIES} {...form.getInputProps("bodies")} />
        {form.values.bodies === "redacted" && (
          <>
            <Checkbox.Group label="Left out" {...form.getInputProps("redactions")}>
              <Stack gap="xs" mt="xs">
                {Object.entries(REDACTIONS).map(([value, label]) => (
                  <Checkbox key={value} value={value} label={label} />
                ))}
              </Stack>
            </Checkbox.Group>
            <TextInput
              label="These words too"
              description="With commas between them, in any case of letters."
              {...form.getInputProps("words")}
            />
          </>
        )}
        <Switch
          label="Short addresses"
          description="The last byte of IPv4 is left out, and of IPv6 all behind /48."
          {...form.getInputProps("shortAddresses", { type: "checkbox" })}
        />
        <Button type="submit" variant="default" loading={save.isPending}>
          Save
        </Button>
      </Stack>
    </form>
  );
}

type Values = { bodies: string; redactions: string[]; words: string; shortAddresses: boolean };

function readValues({ bodies, redactions, words, shortAddresses }: Values): PrivacyInput {
  const kinds = Object.keys(REDACTIONS).filter((kind): kind is Redaction => redactions.includes(kind));
  return {
    bodies: bodies === "redacted" || bodies === "none" ? bodies : "all",
    redactions: kinds,
    words: words
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== ""),
    shortAddresses,
  };
}
