import {
  Checkbox,
  Fieldset,
  Group,
  MultiSelect,
  NativeSelect,
  Select,
  Stack,
  TextInput,
} from "@mantine/core";
import { timezones } from "@overdue/core";

import { WEEKDAYS } from "../time/weekdays.ts";
import { useRouteFormContext } from "./route-form-context.ts";
import type { Names } from "./route-text.ts";
import { targetOptions } from "./target-options.ts";

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
