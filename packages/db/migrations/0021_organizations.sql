CREATE TYPE "public"."organization_role" AS ENUM('viewer', 'member', 'admin', 'owner');--> statement-breakpoint
CREATE TABLE "organization_members" (
	"organization_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"role" "organization_role" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organization_members_organization_id_user_id_pk" PRIMARY KEY("organization_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "invitations" ALTER COLUMN "project_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "is_admin" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "reports" DROP CONSTRAINT "reports_member_fk";--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "organization_id" uuid;--> statement-breakpoint
ALTER TABLE "invitations" ADD COLUMN "organization_id" uuid;--> statement-breakpoint
ALTER TABLE "invitations" ADD COLUMN "is_admin" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "organization_members" ADD CONSTRAINT "organization_members_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_members" ADD CONSTRAINT "organization_members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "organization_members_user" ON "organization_members" USING btree ("user_id");--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_open_organization" ON "invitations" USING btree ("organization_id","email") WHERE ended_at is null;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_into_one" CHECK (num_nonnulls(project_id, organization_id) = 1);--> statement-breakpoint
-- Projects with the same owners get an organization of these owners, so that nobody gains or loses a right. What has no owner
-- gets one of its own.
WITH owned AS MATERIALIZED (
	SELECT p.id, p.name, p.created_at, coalesce(
		array_agg(m.user_id ORDER BY m.user_id) FILTER (WHERE m.user_id IS NOT NULL), ARRAY[p.id::text]) AS owners
	FROM projects p LEFT JOIN members m ON m.project_id = p.id AND m.role = 'owner'
	GROUP BY p.id
), parts AS MATERIALIZED (
	SELECT owners, uuidv7() AS id, (array_agg(name ORDER BY created_at, id))[1] AS name, min(created_at) AS created_at
	FROM owned GROUP BY owners
), made AS (
	INSERT INTO organizations (id, name, created_at)
	SELECT id, CASE WHEN cardinality(owners) = 1 THEN coalesce((SELECT u.name FROM users u WHERE u.id = owners[1]), name)
		ELSE name END, created_at
	FROM parts
), joined AS (
	INSERT INTO organization_members (organization_id, user_id, role)
	SELECT parts.id, u.id, 'owner' FROM parts JOIN users u ON u.id = ANY (parts.owners)
)
UPDATE projects SET organization_id = parts.id
FROM owned JOIN parts ON parts.owners = owned.owners WHERE owned.id = projects.id;--> statement-breakpoint
ALTER TABLE "projects" ALTER COLUMN "organization_id" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "projects_organization" ON "projects" USING btree ("organization_id");--> statement-breakpoint
CREATE VIEW project_people WITH (security_invoker = true) AS
SELECT project_id, user_id, max(role) AS role, max(own_role) AS own_role, min(since) AS since FROM (
	SELECT project_id, user_id, own_role AS role, own_role, created_at AS since FROM (
		SELECT project_id, user_id, created_at, (CASE
			WHEN role = 'owner' THEN 'owner' WHEN role = 'viewer' THEN 'viewer' WHEN is_admin THEN 'admin' ELSE 'member'
		END)::organization_role AS own_role FROM members
	) own
	UNION ALL
	SELECT p.id, o.user_id, o.role, NULL, o.created_at
	FROM organization_members o JOIN projects p ON p.organization_id = o.organization_id
) both_ways GROUP BY project_id, user_id;--> statement-breakpoint
-- For processes of the release before, which know no organizations: a project of theirs gets one of its own, which belongs to
-- the project's first owner.
CREATE FUNCTION make_organization_of_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO organizations (name) VALUES (NEW.name) RETURNING id INTO NEW.organization_id;
	RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER projects_organization BEFORE INSERT ON projects
FOR EACH ROW WHEN (NEW.organization_id IS NULL) EXECUTE FUNCTION make_organization_of_project();--> statement-breakpoint
CREATE FUNCTION give_organization_to_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO organization_members (organization_id, user_id, role)
	SELECT p.organization_id, NEW.user_id, 'owner' FROM projects p
	WHERE p.id = NEW.project_id AND NOT EXISTS (
		SELECT FROM organization_members o WHERE o.organization_id = p.organization_id);
	RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER members_organization AFTER INSERT OR UPDATE OF role ON members
FOR EACH ROW WHEN (NEW.role = 'owner') EXECUTE FUNCTION give_organization_to_owner();--> statement-breakpoint
CREATE FUNCTION delete_reports_of_former_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM reports r WHERE r.user_id = OLD.user_id AND NOT EXISTS (
		SELECT FROM project_people p WHERE p.project_id = r.project_id AND p.user_id = r.user_id);
	RETURN OLD;
END $$;--> statement-breakpoint
CREATE TRIGGER members_reports AFTER DELETE ON members
FOR EACH ROW EXECUTE FUNCTION delete_reports_of_former_people();--> statement-breakpoint
CREATE TRIGGER organization_members_reports AFTER DELETE ON organization_members
FOR EACH ROW EXECUTE FUNCTION delete_reports_of_former_people();
