import { ActionIcon, Button, Fieldset, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";

import { Checkbox } from "../../ui/checkbox.tsx";
import { NumberField } from "../../ui/span-input.tsx";
import { useCheckFormContext } from "./check-form-values.ts";
import { NEW_METRIC_LIMIT } from "./metric-limit-values.ts";
import styles from "./check-form.module.css";

const LIMITS_MAX = 10;
const OUTLIERS = [
  { value: "allow", label: "Do nothing" },
  { value: "note", label: "Record a notice" },
  { value: "alert", label: "Alert" },
];

/** The limits of the numbers that runs report: a success that does not keep to them is a failure. */
export function MetricFields() {
  const form = useCheckFormContext();
  const { metricLimits } = form.values;
  const { error } = form.getInputProps("metricLimits");
  return (
    <Fieldset legend="Numbers that a run reports">
      <Stack>
        <Text size="sm" c="dimmed">
          A ping may report numbers: <code>?metric.bytes=7100</code>, or a body{" "}
          <code>{`{"metrics": {"bytes": 7100}}`}</code>. A success whose numbers are beyond a limit counts as
          a failure, such as a backup of 0 bytes or a queue that is not empty.
        </Text>
        {metricLimits.map((limit, index) => (
          // Limits have no other identity than their place.
          // oxlint-disable-next-line react/no-array-index-key
          <LimitFields key={index} index={index} name={limit.metric} />
        ))}
        {typeof error === "string" && (
          <Text size="sm" c="red" role="alert">
            {error}
          </Text>
        )}
        {metricLimits.length < LIMITS_MAX && (
          <div>
            <Button
              variant="default"
              size="compact-md"
              leftSection={<IconPlus size={15} aria-hidden />}
              onClick={() => form.insertListItem("metricLimits", NEW_METRIC_LIMIT)}
            >
              Add a limit
            </Button>
          </div>
        )}
      </Stack>
    </Fieldset>
  );
}

function LimitFields({ index, name }: { index: number; name: string }) {
  const form = useCheckFormContext();
  const field = (part: string) => `metricLimits.${index}.${part}`;
  return (
    <fieldset className={styles["metric"]} aria-label={`Limit of ${name || "a number"}`}>
      <TextInput
        label="Number"
        placeholder="bytes"
        maxLength={60}
        spellCheck={false}
        autoCapitalize="off"
        {...form.getInputProps(field("metric"))}
      />
      <NumberField
        label="At least"
        inputMode="text"
        step="any"
        placeholder="any"
        {...form.getInputProps(field("min"))}
      />
      <NumberField
        label="At most"
        inputMode="text"
        step="any"
        placeholder="any"
        {...form.getInputProps(field("max"))}
      />
      <NativeSelect label="If far from usual" data={OUTLIERS} {...form.getInputProps(field("outliers"))} />
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={`Remove the limit of ${name || "a number"}`}
        className={styles["remove"] ?? ""}
        onClick={() => form.removeListItem("metricLimits", index)}
      >
        <IconTrash size={18} />
      </ActionIcon>
      <div className={styles["required"]}>
        <Checkbox
          label="A success without it is a failure"
          {...form.getInputProps(field("required"), { type: "checkbox" })}
        />
      </div>
    </fieldset>
  );
}
