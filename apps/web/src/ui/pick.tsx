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

// The lists to choose from are most of a form's code. They are loaded when a field gets the focus; until then an input
// of the same look stands in, which keeps what is typed into it.
const load = () => import("./opened-picks.tsx");

/** One of many, found by typing. */
export function Select(props: SelectProps<string>) {
  const field = useField();
  const { value = null } = props;
  if (field.picks !== null) return <field.picks.Select {...props} typed={field.typed} />;
  return <OneShown field={field} shown={namesOf(props.data)(value ?? "")} look={props} />;
}

const ZONES_SHOWN = 60;

/** An IANA time zone, such as Europe/Berlin. */
export function TimezoneSelect(props: Omit<SelectProps<string>, "data">) {
  const field = useField();
  const named = { label: "Time zone", ...props };
  if (field.picks === null) return <OneShown field={field} shown={props.value ?? ""} look={named} />;
  return (
    <field.picks.Select
      // A browser may use an older name, which the server takes and replaces.
      data={[...new Set([...field.picks.timezones, ...(props.value ? [props.value] : [])])]}
      searchable
      limit={ZONES_SHOWN}
      nothingFoundMessage="No such time zone"
      allowDeselect={false}
      typed={field.typed}
      {...named}
    />
  );
}

/** Several of many. */
export function MultiSelect(props: MultiSelectProps<string>) {
  const field = useField();
  if (field.picks !== null)
    return (
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- it takes the place of the field that has the focus
      <field.picks.MultiSelect {...props} autoFocus defaultDropdownOpened defaultSearchValue={field.typed} />
    );
  return <SeveralShown field={field} shown={(props.value ?? []).map(namesOf(props.data))} look={props} />;
}

/** Words: those that are known, and one's own. */
export function TagsInput(props: TagsInputProps) {
  const field = useField();
  if (field.picks !== null)
    return (
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- it takes the place of the field that has the focus
      <field.picks.TagsInput {...props} autoFocus defaultDropdownOpened defaultSearchValue={field.typed} />
    );
  return <SeveralShown field={field} shown={props.value ?? []} look={props} />;
}

/** Without a connection a field stays as it is, and its next focus tries again. */
function useField() {
  const [picks, setPicks] = useState<Awaited<ReturnType<typeof load>> | null>(null);
  const [typed, setTyped] = useState("");
  const enter = () => void load().then(setPicks, () => undefined);
  return { picks, typed, setTyped, enter };
}

function namesOf(data: SelectProps["data"] = []): (value: string) => string {
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

/** What a field looks like before somebody enters it. */
type Look = Pick<InputWrapperProps, "label" | "description" | "error" | "required" | "size" | "w" | "maw"> & {
  leftSection?: ReactNode;
  placeholder?: string | undefined;
  "aria-label"?: string | undefined;
};

type ShownProps<Shown> = { field: ReturnType<typeof useField>; shown: Shown; look: Look };

function OneShown({ field, shown, look }: ShownProps<string>) {
  return (
    <InputBase
      {...lookOf(look)}
      leftSection={look.leftSection}
      aria-label={look["aria-label"]}
      placeholder={look.placeholder}
      rightSection={<IconSelector size={15} aria-hidden />}
      rightSectionPointerEvents="none"
      {...entered(field)}
      value={field.typed === "" ? shown : field.typed}
    />
  );
}

function SeveralShown({ field, shown, look }: ShownProps<readonly string[]>) {
  const id = useId();
  return (
    <Input.Wrapper {...lookOf(look)} labelProps={{ htmlFor: id }}>
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
            {...entered(field)}
            value={field.typed}
          />
        </div>
      </Input>
    </Input.Wrapper>
  );
}

function lookOf({ label, description, error, required = false, size = "sm", w, maw }: Look) {
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

function entered({ enter, setTyped }: ShownProps<unknown>["field"]) {
  return {
    role: "combobox",
    "aria-expanded": false,
    "aria-haspopup": "listbox",
    autoComplete: "off",
    onFocus: enter,
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement }) => setTyped(currentTarget.value),
  } as const;
}
