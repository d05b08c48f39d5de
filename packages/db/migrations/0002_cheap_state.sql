ALTER TABLE "checks" ALTER COLUMN "memory" SET DATA TYPE json;--> statement-breakpoint
-- A ping rewrites its check's row; room on the same page keeps that a HOT update, which touches no index.
ALTER TABLE "checks" SET (fillfactor = 50);
