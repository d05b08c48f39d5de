import { Fieldset, MultiSelect, Stack, TagsInput } from "@mantine/core";

import { useCheckFormContext } from "./check-form-context.ts";
import { countedDayOptions } from "./exception-values.ts";

/** The days on which a calendar schedule rests. */
export function ExceptionFields() {
  const form = useCheckFormContext();
  return (
    <Fieldset legend="Days on which it rests">
      <Stack>
        <TagsInput
          label="Dates"
          description="No run is expected on these days; a span as 2026-12-24..2027-01-06."
          placeholder="2026-12-24"
          splitChars={[",", " "]}
          {...form.getInputProps("exceptions.dates")}
        />
        <TagsInput
          label="Public holidays of"
          description="Countries and their regions, such as DE or DE-BY: no run is expected on their holidays."
          placeholder="DE-BY"
          splitChars={[",", " "]}
          maxTags={5}
          {...form.getInputProps("exceptions.holidays")}
        />
        <MultiSelect
          label="Only on"
          description="Of each month only these days; a working day is a weekday that is no holiday."
          placeholder={form.values.exceptions.onlyOn.length > 0 ? "" : "every day"}
          data={countedDayOptions(form.values.exceptions.onlyOn)}
          searchable
          clearable
          limit={54}
          {...form.getInputProps("exceptions.onlyOn")}
        />
      </Stack>
    </Fieldset>
  );
}
