import { Input } from "@mantine/core";
import { createContext, type ReactNode, useContext, useId } from "react";

import styles from "./checkbox.module.css";

type CheckboxProps = {
  label: string;
  description?: string;
  error?: ReactNode;
  checked?: boolean;
  onChange?: (event: { currentTarget: HTMLInputElement }) => void;
  /** Identifies the box within a `CheckboxGroup`. */
  value?: string;
};

/** A box to tick, alone or in a `CheckboxGroup`. */
export function Checkbox({ label, description, error, checked, value = "", onChange }: CheckboxProps) {
  const id = useId();
  const group = useContext(Chosen);
  return (
    <div className={styles["checkbox"]}>
      <input
        id={id}
        type="checkbox"
        className={styles["box"]}
        checked={group?.chosen.includes(value) ?? checked ?? false}
        onChange={group === null ? onChange : () => group.toggle(value)}
        aria-describedby={description === undefined ? undefined : `${id}-description`}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {description !== undefined && (
          <div id={`${id}-description`} className={styles["description"]}>
            {description}
          </div>
        )}
        {error !== undefined && error !== null && <Input.Error>{error}</Input.Error>}
      </div>
    </div>
  );
}

type Group = { chosen: readonly string[]; toggle: (value: string) => void };

const Chosen = createContext<Group | null>(null);

type GroupProps = {
  label: string;
  description?: string;
  error?: ReactNode;
  value?: readonly string[];
  onChange?: (value: string[]) => void;
  children: ReactNode;
};

/** Several boxes, any number of which may be ticked. */
export function CheckboxGroup({ value = [], onChange, children, ...field }: GroupProps) {
  const toggle = (one: string) =>
    onChange?.(value.includes(one) ? value.filter((other) => other !== one) : [...value, one]);
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- the library's wrapper has label and error as all fields do
    <Input.Wrapper labelElement="div" role="group" aria-label={field.label} {...field}>
      <Chosen value={{ chosen: value, toggle }}>{children}</Chosen>
    </Input.Wrapper>
  );
}
