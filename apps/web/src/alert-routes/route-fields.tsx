import {
  ActionIcon,
  Button,
  Checkbox,
  Fieldset,
  Group,
  MultiSelect,
  NativeSelect,
  Select,
  Stack,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { timezones } from "@overdue/schedules";

import { spanOf } from "../time/duration.ts";
import { SpanInput } from "../ui/span-input.tsx";
import { targetValue, useRouteFormContext } from "./route-values.ts";
import type { Names } from "./route-text.ts";
import styles from "./alert-routes.module.css";
import { WEEKDAYS } from "../time/weekdays.ts";

const STEPS_MAX = 10;

/** Whom a route tells, one step after another: the escalation. */
export function StepFields({ names }: { names: Names }) {
  const form = useRouteFormContext();
  const { steps } = form.values;
  const last = steps.at(-1)?.after;
  const addStep = () =>
    form.insertListItem("steps", {
      key: crypto.randomUUID(),
      after:
        last && last.amount !== "" && last.amount > 0 ? { ...last, amount: last.amount * 2 } : spanOf(900),
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
            Escalate further
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
          <Tooltip label={`Take step ${number} out`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Take step ${number} out`}
              onClick={() => form.removeListItem("steps", index)}
            >
              <IconTrash size={17} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      <div className={styles["stepFields"]}>
        <SpanInput
          label={`Step ${number}: after`}
          description="0: at once."
          {...form.getInputProps(`steps.${index}.after`)}
        />
        <MultiSelect
          label={`Step ${number}: tell`}
          description="Channels, people, or whoever is on call."
          data={targetOptions(names)}
          placeholder={(step?.targets.length ?? 0) > 0 ? "" : "Choose"}
          searchable
          {...form.getInputProps(`steps.${index}.targets`)}
        />
      </div>
      {step !== undefined && step.after.amount !== 0 && (
        <Checkbox
          label="Even where somebody has acknowledged"
          mt="xs"
          {...form.getInputProps(`steps.${index}.always`, { type: "checkbox" })}
        />
      )}
    </>
  );
}

const OUTSIDE = [
  { value: "hold", label: "It waits until the hours begin" },
  { value: "instead", label: "Others are told instead" },
];

/** In which hours a route may speak. */
export function HoursFields({ names }: { names: Names }) {
  const form = useRouteFormContext();
  const { on, outside, instead } = form.values.hours;
  return (
    <>
      <Checkbox label="Only in certain hours" {...form.getInputProps("hours.on", { type: "checkbox" })} />
      {on && (
        <Fieldset legend="Hours">
          <Stack>
            <Checkbox.Group label="Days" {...form.getInputProps("hours.weekdays")}>
              <Group gap="sm" mt={6}>
                {WEEKDAYS.map((name, index) => (
                  <Checkbox key={name} value={String(index + 1)} label={name} />
                ))}
              </Group>
            </Checkbox.Group>
            <Group align="flex-start">
              <TextInput type="time" label="From" required {...form.getInputProps("hours.from")} />
              <TextInput
                type="time"
                label="To"
                description="Earlier than the begin: of the next day."
                inputWrapperOrder={["label", "input", "description", "error"]}
                required
                {...form.getInputProps("hours.to")}
              />
              <Select
                label="Time zone"
                data={[...timezones]}
                searchable
                limit={60}
                allowDeselect={false}
                required
                {...form.getInputProps("hours.timezone")}
              />
            </Group>
            <NativeSelect
              label="Outside of these hours"
              data={OUTSIDE}
              {...form.getInputProps("hours.outside")}
            />
            {outside === "instead" && (
              <MultiSelect
                label="Tell instead"
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

/** Everything that a step can tell, in groups to choose from. */
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
      group: "Whoever is on call",
      items: [...rotations].map(([rotationId, label]) => ({
        value: targetValue({ kind: "on-call", rotationId }),
        label,
      })),
    },
    {
      group: "People, on every channel of theirs",
      items: [...people].map(([personId, label]) => ({
        value: targetValue({ kind: "person", personId }),
        label,
      })),
    },
  ];
  return groups.filter(({ items }) => items.length > 0);
}
