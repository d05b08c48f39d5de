/** Replaces two components of the library that are turned off: `vite.config.ts` says why. */
export const MantineCssVariables = () => null;
export const MantineClasses = () => null;
