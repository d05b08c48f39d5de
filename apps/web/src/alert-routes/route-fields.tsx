import { ActionIcon, Button, Fieldset, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { Checkbox, CheckboxGroup } from "../ui/checkbox.tsx";
import { IconPlus, IconTrash } from "@tabler/icons-react";

import { MONTH_SECONDS, toSpan } from "../time/duration.ts";

import { SpanInput } from "../ui/span-input.tsx";
import { targetValue, useRouteFormContext } from "./route-values.ts";
import type { Names } from "./route-text.ts";
import styles from "./alert-routes.module.css";
import { WEEKDAY_NAMES } from "@overdue/schedules";
import { Hint } from "../ui/hint.tsx";
import { TimezoneSelect, MultiSelect } from "../ui/pick.tsx";

const STEPS_MAX = 10;

/** The escalation steps of a route. */
export function StepFields({ names }: { names: Names }) {
  const form = useRouteFormContext();
  const { steps } = form.values;
  const last = steps.at(-1)?.after;
  const addStep = () =>
    form.insertListItem("steps", {
      key: crypto.randomUUID(),
      after:
        last && last.amount !== "" && last.amount > 0 ? { ...last, amount: last.amount * 2 } : toSpan(900),
      targets: [],
      always: false,
    });
  return (
    <Stack>
      <ol className={styles["steps"]}>
        {steps.map(({ key }, index) => (
          <li key={key} className={styles["step"]}>
            <StepField index={index} names={names} />
          </li>
        ))}
      </ol>
      {steps.length < STEPS_MAX && (
        <div>
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={addStep}
          >
            Add escalation step
          </Button>
        </div>
      )}
    </Stack>
  );
}

function StepField({ index, names }: { index: number; names: Names }) {
  const form = useRouteFormContext();
  const { steps } = form.values;
  const step = steps[index];
  const number = index + 1;
  return (
    <>
      <div className={styles["stepHead"]}>
        <strong>Step {number}</strong>
        {steps.length > 1 && (
          <Hint label={`Remove step ${number}`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove step ${number}`}
              onClick={() => form.removeListItem("steps", index)}
            >
              <IconTrash size={17} />
            </ActionIcon>
          </Hint>
        )}
      </div>
      <div className={styles["stepFields"]}>
        <SpanInput
          label={`Step ${number}: after`}
          description="0 means immediately."
          max={MONTH_SECONDS}
          {...form.getInputProps(`steps.${index}.after`)}
        />
        <MultiSelect
          label={`Step ${number}: notify`}
          description="Channels, people, or the person on call."
          data={targetOptions(names)}
          placeholder={(step?.targets.length ?? 0) > 0 ? "" : "Choose"}
          searchable
          {...form.getInputProps(`steps.${index}.targets`)}
        />
      </div>
      {step !== undefined && step.after.amount !== 0 && (
        <Checkbox
          label="Even if somebody has acknowledged it"
          {...form.getInputProps(`steps.${index}.always`, { type: "checkbox" })}
        />
      )}
    </>
  );
}

const OUTSIDE_CHOICES = [
  { value: "hold", label: "Wait until the hours begin" },
  { value: "instead", label: "Notify others instead" },
];

/** The hours in which a route applies. */
export function HoursFields({ names }: { names: Names }) {
  const form = useRouteFormContext();
  const { on, outside, instead } = form.values.hours;
  return (
    <>
      <Checkbox label="Only at certain hours" {...form.getInputProps("hours.on", { type: "checkbox" })} />
      {on && (
        <Fieldset legend="Hours">
          <Stack>
            <CheckboxGroup label="Days" {...form.getInputProps("hours.weekdays")}>
              <Group gap="sm" mt={6}>
                {WEEKDAY_NAMES.map((name, index) => (
                  <Checkbox key={name} value={String(index + 1)} label={name} />
                ))}
              </Group>
            </CheckboxGroup>
            <Group align="flex-start">
              <TextInput type="time" label="From" required {...form.getInputProps("hours.from")} />
              <TextInput
                type="time"
                label="To"
                description="A time before the beginning belongs to the next day."
                inputWrapperOrder={["label", "input", "description", "error"]}
                required
                {...form.getInputProps("hours.to")}
              />
              <TimezoneSelect required {...form.getInputProps("hours.timezone")} />
            </Group>
            <NativeSelect
              label="Outside these hours"
              data={OUTSIDE_CHOICES}
              {...form.getInputProps("hours.outside")}
            />
            {outside === "instead" && (
              <MultiSelect
                label="Notify instead"
                data={targetOptions(names)}
                placeholder={instead.length > 0 ? "" : "Choose"}
                searchable
                {...form.getInputProps("hours.instead")}
              />
            )}
          </Stack>
        </Fieldset>
      )}
    </>
  );
}

/** Everything that a step can notify, in the groups of a select field. */
function targetOptions({ channels, people, rotations }: Names) {
  const groups = [
    {
      group: "Channels",
      items: [...channels].map(([channelId, label]) => ({
        value: targetValue({ kind: "channel", channelId }),
        label,
      })),
    },
    {
      group: "Person on call",
      items: [...rotations].map(([rotationId, label]) => ({
        value: targetValue({ kind: "on-call", rotationId }),
        label,
      })),
    },
    {
      group: "People, on all their channels",
      items: [...people].map(([personId, label]) => ({
        value: targetValue({ kind: "person", personId }),
        label,
      })),
    },
  ];
  return groups.filter(({ items }) => items.length > 0);
}
