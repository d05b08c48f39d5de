import { Body, Container, Head, Html, Preview } from "@react-email/components";
import { createElement as h, type CSSProperties, type ReactNode } from "react";

import { STRIP_DARK } from "./strip.ts";

/** The frame of every mail, and the styles of its parts. Mail programs that ignore style sheets show the light colours. */

/** The frame of a mail. `preview`: what a list of mails shows beside the subject. `colour`: of the line above the card. */
export function mailPage(
  { preview, colour }: { preview: string; colour: string },
  ...content: readonly ReactNode[]
) {
  return h(
    Html,
    { lang: "en" },
    h(
      Head,
      null,
      h("meta", { name: "color-scheme", content: "light dark" }),
      h("meta", { name: "supported-color-schemes", content: "light dark" }),
      h("style", null, DARK),
    ),
    h(Preview, null, preview),
    h(
      Body,
      { className: "body", style: body },
      h(Container, { className: "card", style: card(colour) }, ...content),
    ),
  );
}

const body: CSSProperties = {
  backgroundColor: "#f1f3f5",
  color: "#212529",
  fontFamily: "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
  margin: 0,
  padding: "16px 8px",
};
export const title: CSSProperties = { fontSize: 20, lineHeight: "28px", margin: "0 0 8px" };
export const heading: CSSProperties = { fontSize: 15, lineHeight: "22px", margin: "20px 0 4px" };
export const paragraph: CSSProperties = { fontSize: 15, lineHeight: "22px", margin: "0 0 16px" };
export const small: CSSProperties = {
  ...paragraph,
  color: "#636b74",
  fontSize: 13,
  lineHeight: "20px",
  margin: "0 0 4px",
};
export const rule: CSSProperties = { borderTop: "1px solid #dee2e6", margin: "20px 0 16px" };
export const table: CSSProperties = { fontSize: 14, lineHeight: "20px", margin: "0 0 16px" };
export const label: CSSProperties = {
  color: "#636b74",
  padding: "5px 16px 5px 0",
  textAlign: "left",
  verticalAlign: "top",
  whiteSpace: "nowrap",
  width: 1,
};
export const name: CSSProperties = { padding: "5px 16px 5px 0", verticalAlign: "top", width: "45%" };
export const value: CSSProperties = { padding: "5px 0", verticalAlign: "top" };
export const output: CSSProperties = {
  backgroundColor: "#212529",
  borderRadius: 6,
  color: "#f8f9fa",
  fontSize: 13,
  lineHeight: "19px",
  margin: "0 0 16px",
  padding: 12,
  whiteSpace: "pre-wrap",
  wordBreak: "break-word",
};
/** Large enough to be pressed with a thumb. */
export const button: CSSProperties = {
  backgroundColor: "#1864ab",
  borderRadius: 6,
  color: "#ffffff",
  display: "inline-block",
  fontSize: 15,
  fontWeight: 600,
  lineHeight: "20px",
  margin: "0 8px 8px 0",
  padding: "12px 20px",
  textDecoration: "none",
};
export const secondaryButton: CSSProperties = {
  ...button,
  backgroundColor: "transparent",
  border: "1px solid #adb5bd",
  color: "#1864ab",
  padding: "11px 19px",
};

function card(colour: string): CSSProperties {
  return {
    backgroundColor: "#ffffff",
    borderRadius: 6,
    borderTop: `4px solid ${colour}`,
    maxWidth: 600,
    padding: "20px 20px 16px",
    wordBreak: "break-word",
  };
}

/** The dark colours. A mail program that finds none inverts the light ones itself, which looks bad. */
const DARK = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .body, .body > table > tbody > tr > td { background-color: #101113 !important; color: #e9ecef !important; }
  .card { background-color: #1f2124 !important; }
  .card h1, .card h2, .card p, .card td, .card th { color: #e9ecef !important; }
  .card .muted { color: #adb5bd !important; }
  .card .rule { border-top-color: #3a3d42 !important; }
  .card .output { background-color: #101113 !important; }
  .card a { color: #74c0fc !important; }
  .card a.button { background-color: #1971c2 !important; color: #ffffff !important; }
  .card a.other { border-color: #5c636a !important; }
${STRIP_DARK}
}`;
