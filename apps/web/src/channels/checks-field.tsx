import { Button, Group, Input } from "@mantine/core";
import { MultiSelect, Select } from "../ui/pick.tsx";

export type NamedCheck = { id: string; name: string; tags: readonly string[] };

type ChecksFieldProps = {
  checks: readonly NamedCheck[];
  value: readonly string[];
  onChange: (ids: string[]) => void;
};

/** From this many checks on, the field offers to choose several at once. */
const BULK_CHECKS_MIN = 6;

/** A field for the checks that notify a channel, chosen all at once, by tag or one by one. */
export function ChecksField({ checks, value, onChange }: ChecksFieldProps) {
  const tags = [...new Set(checks.flatMap((check) => check.tags))].toSorted();
  const addTagged = (tag: string) =>
    onChange([
      ...new Set([...value, ...checks.filter((check) => check.tags.includes(tag)).map(({ id }) => id)]),
    ]);
  return (
    <Input.Wrapper
      label="Checks that notify it"
      labelElement="div"
      description={`${value.length} of ${checks.length}. Checks created later are not included; each chooses its own channels.`}
    >
      {checks.length >= BULK_CHECKS_MIN && (
        <Group gap="xs" my={6}>
          <Button variant="default" size="compact-sm" onClick={() => onChange(checks.map(({ id }) => id))}>
            All {checks.length}
          </Button>
          <Button variant="default" size="compact-sm" onClick={() => onChange([])}>
            None
          </Button>
          {tags.length > 0 && (
            <Select
              size="xs"
              w={200}
              aria-label="Add the checks with a tag"
              placeholder="Add those with a tag"
              data={tags}
              value={null}
              searchable
              onChange={(tag) => tag !== null && addTagged(tag)}
            />
          )}
        </Group>
      )}
      <MultiSelect
        aria-label="Checks that notify it"
        data={checks.map(({ id, name }) => ({ value: id, label: name }))}
        searchable
        clearable
        placeholder={value.length > 0 ? "" : "None"}
        value={[...value]}
        onChange={onChange}
        styles={{ pillsList: { maxHeight: 132, overflowY: "auto" } }}
      />
    </Input.Wrapper>
  );
}
