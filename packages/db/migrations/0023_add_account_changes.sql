ALTER TYPE "public"."account_mail_kind" ADD VALUE 'email-changed';--> statement-breakpoint
ALTER TYPE "public"."account_mail_kind" ADD VALUE 'account-deletion';--> statement-breakpoint
ALTER TYPE "public"."account_token_purpose" ADD VALUE 'account-deletion';--> statement-breakpoint
CREATE TABLE "audit_stream_entries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_stream_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project_id" uuid NOT NULL,
	"entry_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "account_deletions" ALTER COLUMN "project_ids" SET DEFAULT '{}';--> statement-breakpoint
ALTER TABLE "account_mails" ADD COLUMN "user_id" text;--> statement-breakpoint
ALTER TABLE "account_deletions" ADD COLUMN "organization_ids" uuid[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "account_deletions" ADD COLUMN "ends_keys" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_stream_entries" ADD CONSTRAINT "audit_stream_entries_project_id_audit_streams_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."audit_streams"("project_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_stream_entries_project" ON "audit_stream_entries" USING btree ("project_id","id");--> statement-breakpoint
ALTER TABLE "account_mails" ADD CONSTRAINT "account_mails_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- Also where a person's account is deleted, whose memberships end with it. Checked at the end of the transaction, so that one
-- owner can be replaced by another in it; the organization's row is locked, so that two owners cannot leave at once.
CREATE FUNCTION require_organization_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM organizations WHERE id = OLD.organization_id AND deleted_at IS NULL FOR UPDATE;
	IF FOUND AND NOT EXISTS (
		SELECT FROM organization_members WHERE organization_id = OLD.organization_id AND role = 'owner') THEN
		RAISE EXCEPTION 'organization % would be left without an owner', OLD.organization_id
			USING ERRCODE = 'check_violation', CONSTRAINT = 'organizations_owner', TABLE = 'organizations';
	END IF;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER organization_members_owner AFTER UPDATE OF role OR DELETE ON organization_members
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.role = 'owner') EXECUTE FUNCTION require_organization_owner();--> statement-breakpoint
CREATE FUNCTION queue_for_audit_stream() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO audit_stream_entries (project_id, entry_id)
	SELECT project_id, NEW.id FROM audit_streams WHERE project_id = NEW.project_id;
	IF FOUND THEN
		PERFORM pg_notify('overdue_audit_stream', '');
	END IF;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER audit_entries_stream AFTER INSERT ON audit_entries
FOR EACH ROW EXECUTE FUNCTION queue_for_audit_stream();
