import { MultiSelect, NativeSelect, PasswordInput, Textarea, TextInput } from "@mantine/core";
import type { ChannelKind } from "@overdue/channels";
import type { ComponentProps, ReactNode } from "react";

type Props = {
  field: ChannelKind["fields"][number];
  /** What a group may name. */
  channels: readonly { id: string; name: string }[];
  value: string;
  onChange: (value: string) => void;
  error?: ReactNode;
};

/** One setting of a kind, as its own input; all of them are text, several of something a line each. */
export function KindField({ field, channels, value, onChange, error }: Props) {
  const { label, help, placeholder, required } = field;
  const shared = { label, description: help, required, error };
  const typed = {
    ...shared,
    placeholder,
    value,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  switch (field.input) {
    case "pairs":
      return <Lines {...typed} description={`${help} One on each line, as Name: value.`} />;
    case "lines":
    case "paragraph":
      return <Lines {...typed} />;
    case "password":
      return <PasswordInput autoComplete="off" {...typed} />;
    case "text":
    case "url":
      return <TextInput type={field.input} autoComplete="off" spellCheck={false} {...typed} />;
    case "email":
      // Browsers rewrite the domain of a field of type "email", and refuse letters before the @.
      return <TextInput inputMode="email" autoComplete="off" spellCheck={false} {...typed} />;
    case "choice":
      return (
        <NativeSelect {...shared} value={value} onChange={typed.onChange} data={[...(field.choices ?? [])]} />
      );
    case "channels":
      return (
        <MultiSelect
          {...shared}
          searchable
          data={channels.map(({ id, name }) => ({ value: id, label: name }))}
          value={value.split("\n").filter((id) => id !== "")}
          onChange={(ids) => onChange(ids.join("\n"))}
        />
      );
  }
}

function Lines(props: ComponentProps<typeof Textarea>) {
  return <Textarea autosize minRows={2} maxRows={12} spellCheck={false} {...props} />;
}
