import { Anchor } from "@mantine/core";
import Markdown from "markdown-to-jsx/react";
import type { ReactNode } from "react";

import styles from "./markdown-text.module.css";

type LinkProps = { href?: string; children?: ReactNode };

/** A link to a page or a mailbox; an address of any other kind stays text. */
function SafeLink({ href = "", children }: LinkProps) {
  if (!/^(?:https?:\/\/|mailto:)/i.test(href)) return <>{children}</>;
  return (
    <Anchor href={href} target="_blank" rel="noreferrer" underline="always">
      {children}
    </Anchor>
  );
}

/** A picture would tell its server who reads this, so that it becomes a link. */
function PictureLink({ src, alt }: { src?: string; alt?: string }) {
  return <SafeLink href={src ?? ""}>{alt || src}</SafeLink>;
}

/** Headings of a description are none of the page's. */
function Heading({ children }: { children?: ReactNode }) {
  return (
    <p>
      <strong>{children}</strong>
    </p>
  );
}

const HEADINGS = Object.fromEntries(["h1", "h2", "h3", "h4", "h5", "h6"].map((name) => [name, Heading]));

/** A text in Markdown. HTML in it is shown as the text that it is. */
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
