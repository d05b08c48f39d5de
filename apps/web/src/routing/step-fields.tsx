import { ActionIcon, Button, Checkbox, MultiSelect, Stack, Tooltip } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";

import { spanOf } from "../time/span.ts";
import { SpanInput } from "../ui/span-input.tsx";
import { useRouteFormContext } from "./route-form-context.ts";
import type { Names } from "./route-text.ts";
import styles from "./route-form.module.css";
import { targetOptions } from "./target-options.ts";

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
