import { Anchor, Text } from "@mantine/core";

const URLS = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}])/g;

/** A text that people typed, with its addresses as links, such as that of a runbook. It is never read as HTML. */
export function LinkedText({ text }: { text: string }) {
  return (
    <Text style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
      {text.split(URLS).map((part, index) =>
        index % 2 === 1 ? (
          // Parts have no identity beyond their place, which does not change while the text is the same.
          // oxlint-disable-next-line react/no-array-index-key
          <Anchor key={index} href={part} target="_blank" rel="noreferrer" underline="always">
            {part}
          </Anchor>
        ) : (
          part
        ),
      )}
    </Text>
  );
}
