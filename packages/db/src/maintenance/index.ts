export { applyLeftWindows, applyWindows } from "./apply-windows.ts";
export {
  createWindow,
  deleteWindow,
  editWindow,
  findNamed,
  findWindow,
  listWindows,
  restoreWindow,
  TooManyWindows,
  UnknownMaintainedCheck,
  type WindowParts,
  type WindowRef,
  type WindowRow,
} from "./windows.ts";
