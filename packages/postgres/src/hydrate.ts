import { findBinaries } from "./binaries.ts";

// Makes the links while an image is built, because its node_modules cannot be written later.
findBinaries();
