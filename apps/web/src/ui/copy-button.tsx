import { ActionIcon, CopyButton as MantineCopyButton, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

/** Copies `value`; `what` completes "Copy …" for people who cannot see the icon. */
export function CopyButton({ value, what }: { value: string; what: string }) {
  return (
    <MantineCopyButton value={value} timeout={2_000}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : `Copy ${what}`}>
          <ActionIcon
            variant="subtle"
            color={copied ? "green" : "gray"}
            onClick={copy}
            aria-label={`Copy ${what}`}
          >
            {copied ? <IconCheck size={18} /> : <IconCopy size={18} />}
            <VisuallyHidden component="output">{copied ? "Copied" : ""}</VisuallyHidden>
          </ActionIcon>
        </Tooltip>
      )}
    </MantineCopyButton>
  );
}
