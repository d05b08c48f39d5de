export { moveCheck, MoveRefused } from "./move-check.ts";
export { moveHistory, movePendingHistory } from "./move-history.ts";
export { type MovePreview, previewMove } from "./preview-move.ts";
