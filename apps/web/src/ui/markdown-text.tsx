import { Anchor } from "@mantine/core";
import Markdown from "markdown-to-jsx/react";
import type { ReactNode } from "react";

import styles from "./markdown-text.module.css";

type LinkProps = { href?: string; children?: ReactNode };

/** A link to a page or a mailbox; any other kind of URL is shown as text, because it could run a script. */
function SafeLink({ href = "", children }: LinkProps) {
  if (!/^(?:https?:\/\/|mailto:)/i.test(href)) return <>{children}</>;
  return (
    <Anchor href={href} target="_blank" rel="noreferrer" underline="always">
      {children}
    </Anchor>
  );
}

/** A link instead of a picture, which would tell its server who reads the text. */
function PictureLink({ src, alt }: { src?: string; alt?: string }) {
  return <SafeLink href={src ?? ""}>{alt || src}</SafeLink>;
}

/** A bold line instead of a heading, so that a description adds nothing to the outline of the page. */
function Heading({ children }: { children?: ReactNode }) {
  return (
    <p>
      <strong>{children}</strong>
    </p>
  );
}

const HEADINGS = Object.fromEntries(["h1", "h2", "h3", "h4", "h5", "h6"].map((name) => [name, Heading]));

/** A text in Markdown. HTML in it is shown as typed. */
export function MarkdownText({ text }: { text: string }) {
  return (
    <Markdown
      className={styles["text"]}
      options={{
        disableParsingRawHTML: true,
        forceBlock: true,
        forceWrapper: true,
        overrides: { a: SafeLink, img: PictureLink, ...HEADINGS },
      }}
    >
      {text}
    </Markdown>
  );
}
