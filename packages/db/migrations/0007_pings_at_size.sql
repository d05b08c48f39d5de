-- Each ping rewrites the row of its check. With room left on the page that touches no index, and the old versions go with the
-- next one; many small rounds of vacuum keep the rest small.
ALTER TABLE "checks" SET (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.2);
--> statement-breakpoint
-- By default a fifth of this table would have to change before vacuum looks at it.
ALTER TABLE "pings" SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
--> statement-breakpoint
-- A third of the time that PostgreSQL's own method takes; a server that was built without it keeps its own.
DO $$ BEGIN
	ALTER TABLE "pings" ALTER COLUMN "body" SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$;
