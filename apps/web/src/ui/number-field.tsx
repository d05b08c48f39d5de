import { TextInput, type TextInputProps } from "@mantine/core";

type Props = Omit<TextInputProps, "value" | "onChange" | "type" | "defaultValue"> & {
  /** Empty where nothing, or no number, is typed. */
  value?: number | "";
  onChange?: (value: number | "") => void;
  min?: number;
  max?: number;
};

/** A whole number, with the browser's own keys for it. */
export function NumberField({ value = "", onChange, ...field }: Props) {
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
