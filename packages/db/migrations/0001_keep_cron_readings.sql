-- A cron line without a scheduler is read as Debian's cron reads it. Lines that were read otherwise until now keep their
-- reading: those with L, #, or a step from a number or a range, and those in a zone that moves its clock by half an hour.
UPDATE "checks" SET "schedule" = "schedule" || '{"scheduler":"overdue"}'::jsonb
WHERE "schedule"->>'kind' = 'cron' AND NOT "schedule" ? 'scheduler'
	AND ("schedule"->>'expression' ~* '#|(^|[^U])L|[0-9]/[0-9]' OR "schedule"->>'timezone' = 'Australia/Lord_Howe');
