CREATE TABLE "job_leases" (
	"project_id" uuid NOT NULL,
	"check_id" uuid PRIMARY KEY NOT NULL,
	"fence" bigint NOT NULL,
	"owner" uuid NOT NULL,
	"host" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "job_leases" ADD CONSTRAINT "job_leases_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;