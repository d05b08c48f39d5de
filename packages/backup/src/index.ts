export { type Backup, type BackupOptions, type Progress, writeBackup } from "./write-backup.ts";
export { type Contents, verifyBackup } from "./read-backup.ts";
export {
  restoreBackup,
  type RestoredBackup,
  type RestoreOptions,
  UnsuitableBackup,
} from "./restore-backup.ts";
export { DamagedBackup } from "./script.ts";
export { type Opening, type Seal, SealedBackup } from "./seal.ts";
