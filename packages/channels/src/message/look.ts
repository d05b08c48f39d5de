import type { AlertMessage, Tone } from "./alert.ts";

type Look = { mark: string; colour: `#${string}` };

const LOOKS: Record<Tone, Look> = {
  bad: { mark: "🔴", colour: "#c92a2a" },
  good: { mark: "🟢", colour: "#2b8a3e" },
  neutral: { mark: "🔔", colour: "#1864ab" },
};

/** How an alert looks: the mark before its title, and its colour. */
export function lookOf({ tone, mark }: Pick<AlertMessage, "tone" | "mark">): Look {
  return mark === undefined ? LOOKS[tone] : { ...LOOKS[tone], mark };
}
