import { Input, NativeSelect, TextInput, type TextInputProps } from "@mantine/core";
import { secondsInWords } from "@overdue/core";
import type { ReactNode } from "react";
import { NO_SPAN, type Span, SPAN_SECONDS, spanToSeconds, type SpanUnit } from "../time/duration.ts";
import styles from "./span-input.module.css";

type Props = {
  label: string;
  description?: ReactNode;
  value?: Span;
  onChange: (span: Span) => void;
  error?: ReactNode;
  /** What an empty amount means, such as "off". */
  placeholder?: string;
  required?: boolean;
  /** What the server takes, in seconds: from none to a year where nothing is given. */
  min?: number;
  max?: number;
};

const YEAR_SECONDS = 31_536_000;
const UNITS = Object.keys(SPAN_SECONDS);

/** A field for a length of time: an amount and its unit. It says at once when the length is beyond what the server takes. */
export function SpanInput(props: Props) {
  const { label, description, value = NO_SPAN, onChange, placeholder = "", required = false } = props;
  const error = props.error ?? rangeProblem(value, props);
  return (
    <Input.Wrapper label={label} description={description} error={error} required={required}>
      <div className={styles["span"]}>
        <NumberField
          aria-label={`${label}: amount`}
          value={value.amount}
          onChange={(amount) => onChange({ ...value, amount })}
          min={0}
          placeholder={placeholder}
          error={error !== undefined && error !== null}
        />
        <NativeSelect
          aria-label={`${label}: unit`}
          data={UNITS}
          value={value.unit}
          onChange={({ currentTarget }) => onChange({ ...value, unit: readUnit(currentTarget.value) })}
        />
      </div>
    </Input.Wrapper>
  );
}

/** "Choose between 1 minute and 365 days."; null for a length within the range, and while none is typed. */
function rangeProblem(
  value: Span,
  { min = 0, max = YEAR_SECONDS }: Pick<Props, "min" | "max">,
): string | null {
  const seconds = spanToSeconds(value);
  if (seconds === null || (seconds >= min && seconds <= max)) return null;
  return min === 0
    ? `Choose at most ${secondsInWords(max)}.`
    : `Choose between ${secondsInWords(min)} and ${secondsInWords(max)}.`;
}

function readUnit(text: string): SpanUnit {
  return text === "seconds" || text === "hours" || text === "days" ? text : "minutes";
}

type NumberFieldProps = Omit<TextInputProps, "value" | "onChange" | "type" | "defaultValue"> & {
  /** Empty if nothing is typed, or no number. */
  value?: number | "";
  onChange?: (value: number | "") => void;
  min?: number;
  max?: number;
};

/** A field for a whole number; a phone shows its number keys. */
export function NumberField({ value = "", onChange, ...field }: NumberFieldProps) {
  return (
    <TextInput
      type="number"
      inputMode="numeric"
      {...field}
      value={value}
      onChange={({ currentTarget: { valueAsNumber } }) =>
        onChange?.(Number.isNaN(valueAsNumber) ? "" : valueAsNumber)
      }
    />
  );
}
