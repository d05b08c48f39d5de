import { findBinaries } from "./binaries.ts";

// For an image whose node_modules cannot be written once it is built.
findBinaries();
