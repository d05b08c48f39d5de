import { useId } from "react";

import styles from "./segments.module.css";

type Props = {
  "aria-label": string;
  data: readonly { value: string; label: string }[];
  value: string;
  onChange: (value: string) => void;
};

/** A field to choose one of a few options, all of which are visible. */
export function Segments({ data, value, onChange, ...named }: Props) {
  const name = useId();
  return (
    <div role="radiogroup" className={styles["segments"]} {...named}>
      {data.map((one) => (
        <label key={one.value} className={styles["segment"]}>
          <input
            type="radio"
            name={name}
            value={one.value}
            checked={one.value === value}
            onChange={() => onChange(one.value)}
          />
          <span>{one.label}</span>
        </label>
      ))}
    </div>
  );
}
