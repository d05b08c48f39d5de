import { Select as Library, type SelectProps } from "@mantine/core";
import { useEffect, useState } from "react";

export { timezones } from "@overdue/schedules";
export { MultiSelect, TagsInput } from "@mantine/core";

/** `typed`: what was typed while the list was loaded; the library would begin with the label of what is chosen. */
export function Select({ typed, ...props }: SelectProps<string> & { typed: string }) {
  const [search, setSearch] = useState("");
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- the library sets its own text when it appears
    if (typed !== "") setSearch(typed);
    // Later the field itself keeps what is typed; `typed` does not change any more.
  }, [typed]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-autofocus -- it takes the place of the field that has the focus
    <Library {...props} autoFocus defaultDropdownOpened searchValue={search} onSearchChange={setSearch} />
  );
}
