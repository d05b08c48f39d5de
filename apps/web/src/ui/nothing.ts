/** In place of parts of the component library that are turned off; the build's configuration names them. */
export const MantineCssVariables = () => null;
export const MantineClasses = () => null;
