import {
  Input,
  InputBase,
  type InputWrapperProps,
  type MultiSelectProps,
  type SelectProps,
  type TagsInputProps,
} from "@mantine/core";
import { IconSelector } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";

import styles from "./pick.module.css";

// The lists to choose from are most of a form's code. They are loaded when a field gets the focus. Until then a simple
// input of the same look is shown, and what is typed into it is passed on to the real field.
const load = () => import("./opened-picks.tsx");

/** A field to choose one of many options; the text typed into it filters them. */
export function Select(props: SelectProps<string>) {
  const field = useField();
  const { value = null } = props;
  if (field.picks !== null) return <field.picks.Select {...props} typed={field.typed} />;
  return <SinglePlaceholder field={field} shown={labelFinder(props.data)(value ?? "")} look={props} />;
}

const ZONES_SHOWN = 60;

/** A field to choose an IANA time zone, such as Europe/Berlin. */
export function TimezoneSelect(props: Omit<SelectProps<string>, "data">) {
  const field = useField();
  const labelled = { label: "Time zone", ...props };
  if (field.picks === null)
    return <SinglePlaceholder field={field} shown={props.value ?? ""} look={labelled} />;
  return (
    <field.picks.Select
      // A browser may report an older name of its zone, which the server accepts and replaces.
      data={[...new Set([...field.picks.timezones, ...(props.value ? [props.value] : [])])]}
      searchable
      limit={ZONES_SHOWN}
      nothingFoundMessage="No such time zone"
      allowDeselect={false}
      typed={field.typed}
      {...labelled}
    />
  );
}

/** A field to choose several of many options. */
export function MultiSelect(props: MultiSelectProps<string>) {
  const field = useField();
  if (field.picks !== null)
    return (
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- it takes the place of the field that has the focus
      <field.picks.MultiSelect {...props} autoFocus defaultDropdownOpened defaultSearchValue={field.typed} />
    );
  return (
    <MultiPlaceholder field={field} shown={(props.value ?? []).map(labelFinder(props.data))} look={props} />
  );
}

/** A field for tags: known ones from a list, and new ones that are typed. */
export function TagsInput(props: TagsInputProps) {
  const field = useField();
  if (field.picks !== null)
    return (
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- it takes the place of the field that has the focus
      <field.picks.TagsInput {...props} autoFocus defaultDropdownOpened defaultSearchValue={field.typed} />
    );
  return <MultiPlaceholder field={field} shown={props.value ?? []} look={props} />;
}

/**
 * The state of one field. `picks`: the code of the real fields, null until it is loaded. If loading fails, the next
 * focus tries again.
 */
function useField() {
  const [picks, setPicks] = useState<Awaited<ReturnType<typeof load>> | null>(null);
  const [typed, setTyped] = useState("");
  const loadPicks = () => void load().then(setPicks, () => undefined);
  return { picks, typed, setTyped, loadPicks };
}

/** Returns a function that finds the label of an option's value, or returns the value itself. */
function labelFinder(data: SelectProps["data"] = []): (value: string) => string {
  const options = data.flatMap((entry) =>
    typeof entry === "object" && "group" in entry ? entry.items : [entry],
  );
  const labels = new Map(
    options.flatMap((option): [string, string][] =>
      typeof option === "object" && "label" in option ? [[option.value, option.label ?? option.value]] : [],
    ),
  );
  return (value) => labels.get(value) ?? value;
}

/** The props that decide what a field looks like. */
type Look = Pick<InputWrapperProps, "label" | "description" | "error" | "required" | "size" | "w" | "maw"> & {
  leftSection?: ReactNode;
  placeholder?: string | undefined;
  "aria-label"?: string | undefined;
};

type ShownProps<Shown> = { field: ReturnType<typeof useField>; shown: Shown; look: Look };

function SinglePlaceholder({ field, shown, look }: ShownProps<string>) {
  return (
    <InputBase
      {...wrapperProps(look)}
      leftSection={look.leftSection}
      aria-label={look["aria-label"]}
      placeholder={look.placeholder}
      rightSection={<IconSelector size={15} aria-hidden />}
      rightSectionPointerEvents="none"
      {...comboboxProps(field)}
      value={field.typed === "" ? shown : field.typed}
    />
  );
}

function MultiPlaceholder({ field, shown, look }: ShownProps<readonly string[]>) {
  const id = useId();
  return (
    <Input.Wrapper {...wrapperProps(look)} labelProps={{ htmlFor: id }}>
      <Input component="div" multiline size={look.size ?? "sm"} error={look.error}>
        <div className={styles["several"]}>
          {shown.map((one) => (
            <span key={one} className={styles["one"]}>
              {one}
            </span>
          ))}
          <input
            id={id}
            className={styles["input"]}
            aria-label={look["aria-label"]}
            placeholder={look.placeholder}
            {...comboboxProps(field)}
            value={field.typed}
          />
        </div>
      </Input>
    </Input.Wrapper>
  );
}

function wrapperProps({ label, description, error, required = false, size = "sm", w, maw }: Look) {
  return {
    label,
    description,
    error,
    required,
    size,
    ...(w !== undefined && { w }),
    ...(maw !== undefined && { maw }),
  };
}

function comboboxProps({ loadPicks, setTyped }: ShownProps<unknown>["field"]) {
  return {
    role: "combobox",
    "aria-expanded": false,
    "aria-haspopup": "listbox",
    autoComplete: "off",
    onFocus: loadPicks,
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement }) => setTyped(currentTarget.value),
  } as const;
}
