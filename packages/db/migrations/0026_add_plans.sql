CREATE TYPE "public"."plan_level" AS ENUM('near', 'reached');--> statement-breakpoint
ALTER TYPE "public"."account_mail_kind" ADD VALUE 'plan';--> statement-breakpoint
CREATE TABLE "plan_notices" (
	"organization_id" uuid NOT NULL,
	"limit_name" text NOT NULL,
	"level" "plan_level",
	"near_mailed_at" timestamp (3) with time zone,
	"reached_mailed_at" timestamp (3) with time zone,
	"used" bigint NOT NULL,
	"allowed" bigint NOT NULL,
	"noted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "plan_notices_organization_id_limit_name_pk" PRIMARY KEY("organization_id","limit_name")
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"name" text PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"checks" integer,
	"members" integer,
	"projects" integer,
	"channels" integer,
	"ping_log" integer,
	"retention_days" integer,
	"alerts_per_month" integer,
	"body_bytes" integer,
	"way_out" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "plan" text;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "plan_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "account_mails" ADD COLUMN "said" jsonb;--> statement-breakpoint
ALTER TABLE "plan_notices" ADD CONSTRAINT "plan_notices_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "plans_default" ON "plans" USING btree ("is_default") WHERE is_default;--> statement-breakpoint
CREATE VIEW organization_plans WITH (security_invoker = true) AS
SELECT o.id AS organization_id, o.name AS organization_name, pl.name, pl.title, pl.checks, pl.members, pl.projects, pl.channels,
	pl.ping_log, pl.retention_days, pl.alerts_per_month, pl.body_bytes, pl.way_out
FROM organizations o JOIN plans pl ON pl.name = coalesce(
	(SELECT own.name FROM plans own WHERE own.name = o.plan AND (o.plan_until IS NULL OR o.plan_until > now())),
	(SELECT usual.name FROM plans usual WHERE usual.is_default));--> statement-breakpoint
-- greatest() passes over nulls, hence the case.
CREATE VIEW project_retention WITH (security_invoker = true) AS
SELECT p.id, least(p.kept_pings, pl.ping_log) AS kept_pings, least(p.kept_ping_days, pl.retention_days) AS kept_ping_days,
	least(p.kept_run_days, CASE WHEN pl.retention_days IS NOT NULL THEN greatest(pl.retention_days, 90) END) AS kept_run_days
FROM projects p LEFT JOIN organization_plans pl ON pl.organization_id = p.organization_id;
