ALTER TABLE "pings" DROP CONSTRAINT "pings_check";
--> statement-breakpoint
ALTER TABLE "runs" DROP CONSTRAINT "runs_check_fk";
--> statement-breakpoint
ALTER TABLE "slots" DROP CONSTRAINT "slots_check";
--> statement-breakpoint
-- What the foreign keys did when a check was deleted, at no cost for the rows that are written.
CREATE FUNCTION delete_history_of_checks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM "pings" USING gone WHERE "pings"."check_id" = gone."id";
	DELETE FROM "runs" USING gone WHERE "runs"."check_id" = gone."id";
	DELETE FROM "slots" USING gone WHERE "slots"."check_id" = gone."id";
	RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "checks_delete_history" AFTER DELETE ON "checks" REFERENCING OLD TABLE AS gone
	FOR EACH STATEMENT EXECUTE FUNCTION delete_history_of_checks();
