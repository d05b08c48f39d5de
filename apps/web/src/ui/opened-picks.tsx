import {
  MultiSelect as LibraryMultiSelect,
  type MultiSelectProps,
  Select as LibrarySelect,
  type SelectProps,
  TagsInput as LibraryTagsInput,
  type TagsInputProps,
} from "@mantine/core";
import { useEffect, useState } from "react";

export { timezones } from "@overdue/schedules";

/** The list itself scrolls, because the library's scroll area would take the focus without a name for screen readers. */
const SCROLLING = {
  withScrollArea: false,
  styles: { options: { maxHeight: 220, overflowY: "auto" } },
} as const;

export function MultiSelect(props: MultiSelectProps<string>) {
  return <LibraryMultiSelect {...SCROLLING} {...props} />;
}

export function TagsInput(props: TagsInputProps) {
  return <LibraryTagsInput {...SCROLLING} {...props} />;
}

/** `typed`: the text that was typed while the list was loaded. The library would start with the label of the choice. */
export function Select({ typed, ...props }: SelectProps<string> & { typed: string }) {
  const [search, setSearch] = useState("");
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- the library sets its own text when it mounts
    if (typed !== "") setSearch(typed);
    // From then on the field keeps its own text: `typed` does not change any more.
  }, [typed]);
  return (
    <LibrarySelect
      {...SCROLLING}
      {...props}
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- it takes the place of the field that has the focus
      autoFocus
      defaultDropdownOpened
      searchValue={search}
      onSearchChange={setSearch}
    />
  );
}
