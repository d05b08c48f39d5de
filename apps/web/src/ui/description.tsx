import { lazy, Suspense } from "react";

import { LinkedText } from "./linked-text.tsx";

// The library is loaded only where a description uses more than addresses and line breaks.
const MarkdownText = lazy(() =>
  import("./markdown-text.tsx").then((loaded) => ({ default: loaded.MarkdownText })),
);

/** Signs by which Markdown differs from plain text: emphasis, code, a link, a heading, a list, a quote. */
const MARKDOWN = /[*_`]\S|\]\(|^\s*(?:#{1,6}|[-+>]|\d+[.)])\s/m;

/** A text that people typed, as Markdown where it is some. It is never read as HTML, and loads no picture. */
export function Description({ text }: { text: string }) {
  const plain = <LinkedText text={text} />;
  if (!MARKDOWN.test(text)) return plain;
  return (
    <Suspense fallback={plain}>
      <MarkdownText text={text} />
    </Suspense>
  );
}
