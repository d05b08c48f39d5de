import { InputBase, type InputBaseProps } from "@mantine/core";
import type { ComponentProps } from "react";

import styles from "./text-area.module.css";

type Props = InputBaseProps & Omit<ComponentProps<"textarea">, "size"> & { isCode?: boolean };

/** A field for a text of several lines, which grows with the text. */
export function TextArea({ isCode = false, ...props }: Props) {
  return (
    <InputBase
      component="textarea"
      multiline
      classNames={{ input: `${styles["input"]} ${isCode ? styles["code"] : ""}` }}
      {...props}
    />
  );
}
