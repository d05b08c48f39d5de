import { IconSearch } from "@tabler/icons-react";
import type { Ref } from "react";

import styles from "./choice.module.css";

type ChoiceProps = {
  label: string;
  options: readonly { value: string; label: string }[];
  value: string;
  choose: (value: string) => void;
  className?: string | undefined;
};

/** The browser's own select field, for pages that would otherwise load no form fields of the component library. */
export function Choice({ label, options, value, choose, className = "" }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      className={`${styles["field"]} ${className}`}
      value={value}
      onChange={({ currentTarget }) => choose(currentTarget.value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

type SearchProps = {
  label: string;
  placeholder: string;
  value: string;
  onType: (text: string) => void;
  ref?: Ref<HTMLInputElement>;
};

/** A field for text that filters a list. */
export function SearchField({ label, placeholder, value, onType, ref }: SearchProps) {
  return (
    <div className={styles["search"]}>
      <IconSearch size={16} aria-hidden />
      <input
        ref={ref}
        className={styles["field"]}
        aria-label={label}
        placeholder={placeholder}
        value={value}
        onChange={({ currentTarget }) => onType(currentTarget.value)}
      />
    </div>
  );
}
