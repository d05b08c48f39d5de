import { Anchor, Text } from "@mantine/core";
import { Suspense } from "react";
import { lazyPart } from "./lazy-part.ts";

// The library is loaded only where a description uses more than addresses and line breaks.
const MarkdownText = lazyPart(async () => ({
  default: (await import("./markdown-text.tsx")).MarkdownText,
}));

/** Finds what only Markdown has: emphasis, code, a link, a heading, a list, a quote. */
const MARKDOWN = /[*_`]\S|\]\(|^\s*(?:#{1,6}|[-+>]|\d+[.)])\s/m;

/** A text that a person typed, shown as Markdown if it has any. It is never read as HTML, and loads no picture. */
export function Description({ text }: { text: string }) {
  const plain = <LinkedText text={text} />;
  if (!MARKDOWN.test(text)) return plain;
  return (
    <Suspense fallback={plain}>
      <MarkdownText text={text} />
    </Suspense>
  );
}

const URLS = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}])/g;

/** A text that a person typed, with the URLs in it as links, such as that of a runbook. It is never read as HTML. */
export function LinkedText({ text }: { text: string }) {
  return (
    <Text style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
      {text.split(URLS).map((part, index) =>
        index % 2 === 1 ? (
          // A part is identified only by its place, which does not change while the text is the same.
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
