import { createTheme, localStorageColorSchemeManager } from "@mantine/core";

/**
 * Its CSS variables are in `theme.css`, because the page's policy allows style files but no style tag made at run time.
 * A change here that adds variables (colours, radius, fonts) needs a line there.
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

/** The nonce that the server put into the page. Without it the policy refuses the style tags of a library. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}
