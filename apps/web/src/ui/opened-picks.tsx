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

/** The list itself scrolls: the library's own area for it would be a stop for readers that has no name. */
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

/** `typed`: what was typed while the list was loaded; the library would begin with the label of what is chosen. */
export function Select({ typed, ...props }: SelectProps<string> & { typed: string }) {
  const [search, setSearch] = useState("");
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- the library sets its own text when it appears
    if (typed !== "") setSearch(typed);
    // Later the field itself keeps what is typed; `typed` does not change any more.
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
