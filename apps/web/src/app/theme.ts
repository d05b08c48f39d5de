import { createTheme, localStorageColorSchemeManager } from "@mantine/core";

/**
 * Its variables stand in `theme.css`, not in a style tag made at run time: the page's policy allows only style files.
 * So a change here that makes variables (colours, radius, fonts) needs its line there.
 */
export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 5 },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
});

/** The same key as `public/color-scheme.js`, which runs before the first paint. */
export const colorSchemeManager = localStorageColorSchemeManager({ key: "overdue-color-scheme" });

/** The nonce the server put into the page: without it the policy refuses a style tag made by a library. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}
