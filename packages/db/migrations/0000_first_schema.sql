CREATE TYPE "public"."delivery_kind" AS ENUM('down', 'up', 'test');--> statement-breakpoint
CREATE TYPE "public"."delivery_state" AS ENUM('pending', 'sending', 'retry', 'sent', 'failed', 'superseded');--> statement-breakpoint
CREATE TYPE "public"."check_status" AS ENUM('new', 'up', 'down', 'paused');--> statement-breakpoint
CREATE TYPE "public"."key_scope" AS ENUM('read', 'write', 'ping');--> statement-breakpoint
CREATE TYPE "public"."member_role" AS ENUM('owner', 'editor', 'viewer');--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"count" integer NOT NULL,
	"last_request" bigint NOT NULL,
	CONSTRAINT "rate_limits_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"user_id" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"settings" text NOT NULL,
	"hint" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"broken_at" timestamp (3) with time zone,
	"broken_because" text,
	"last_sent_at" timestamp (3) with time zone,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "channels_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "check_channels" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	CONSTRAINT "check_channels_check_id_channel_id_pk" PRIMARY KEY("check_id","channel_id")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"kind" "delivery_kind" NOT NULL,
	"check_id" uuid,
	"flip_id" uuid,
	"incident_id" uuid,
	"state" "delivery_state" DEFAULT 'pending' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"uncertain" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"provider_ref" text,
	"last_error" text,
	CONSTRAINT "deliveries_once" UNIQUE("flip_id","channel_id"),
	CONSTRAINT "deliveries_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "delivery_attempts" (
	"project_id" uuid NOT NULL,
	"delivery_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"status_code" integer,
	"answer" text,
	CONSTRAINT "delivery_attempts_delivery_id_attempt_pk" PRIMARY KEY("delivery_id","attempt")
);
--> statement-breakpoint
CREATE TABLE "checks" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"ping_uuid" uuid DEFAULT gen_random_uuid() NOT NULL,
	"badge_uuid" uuid DEFAULT gen_random_uuid() NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"slug" text DEFAULT '' NOT NULL,
	"tags" text DEFAULT '' NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"schedule" jsonb NOT NULL,
	"grace_seconds" integer NOT NULL,
	"manual_resume" boolean DEFAULT false NOT NULL,
	"early_margin_seconds" integer DEFAULT 0 NOT NULL,
	"jitter_seconds" integer DEFAULT 0 NOT NULL,
	"max_runtime_seconds" integer,
	"min_runtime_seconds" integer,
	"progress_extends" boolean DEFAULT false NOT NULL,
	"overlap" text DEFAULT 'allow' NOT NULL,
	"host_duplicates" text DEFAULT 'allow' NOT NULL,
	"too_often" jsonb,
	"tolerance" jsonb,
	"recover_after" integer DEFAULT 1 NOT NULL,
	"alert_before_first_ping" boolean DEFAULT false NOT NULL,
	"methods" text DEFAULT '' NOT NULL,
	"filter_subject" boolean DEFAULT false NOT NULL,
	"filter_body" boolean DEFAULT false NOT NULL,
	"filter_http_body" boolean DEFAULT false NOT NULL,
	"filter_default_fail" boolean DEFAULT false NOT NULL,
	"start_keywords" text DEFAULT '' NOT NULL,
	"success_keywords" text DEFAULT '' NOT NULL,
	"failure_keywords" text DEFAULT '' NOT NULL,
	"status" "check_status" DEFAULT 'new' NOT NULL,
	"deadline_seq" bigint DEFAULT 0 NOT NULL,
	"ping_count" bigint DEFAULT 0 NOT NULL,
	"last_ping_at" timestamp (3) with time zone,
	"last_start_at" timestamp (3) with time zone,
	"last_duration_ms" bigint,
	"expected_at" timestamp (3) with time zone,
	"deadline_at" timestamp (3) with time zone,
	"memory" jsonb NOT NULL,
	"wake_at" timestamp (3) with time zone,
	CONSTRAINT "checks_ping_uuid_unique" UNIQUE("ping_uuid"),
	CONSTRAINT "checks_badge_uuid_unique" UNIQUE("badge_uuid"),
	CONSTRAINT "checks_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "flips" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"deadline_seq" bigint NOT NULL,
	"from_status" "check_status" NOT NULL,
	"to_status" "check_status" NOT NULL,
	"reason" text,
	"at" timestamp (3) with time zone NOT NULL,
	"detected_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"alerts" boolean NOT NULL,
	CONSTRAINT "flips_once" UNIQUE("check_id","deadline_seq","to_status"),
	CONSTRAINT "flips_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"deadline_seq" bigint NOT NULL,
	"reason" text NOT NULL,
	"evidence" jsonb NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	CONSTRAINT "incidents_once" UNIQUE("check_id","deadline_seq"),
	CONSTRAINT "incidents_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"notice" text NOT NULL,
	"evidence" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pings" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"number" bigint NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"note" text,
	"received_at" timestamp (3) with time zone NOT NULL,
	"rid" uuid,
	"exit_status" smallint,
	"scheme" text NOT NULL,
	"method" text NOT NULL,
	"remote_address" text,
	"user_agent" text DEFAULT '' NOT NULL,
	"body" "bytea",
	"body_bytes" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "pings_check_id_number_pk" PRIMARY KEY("check_id","number")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"id" uuid PRIMARY KEY NOT NULL,
	"rid" uuid,
	"host" text,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"heard_at" timestamp (3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"duration_ms" bigint,
	"exit_status" smallint,
	"overlong" boolean DEFAULT false NOT NULL,
	"guessed" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "slots" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"decided_at" timestamp (3) with time zone NOT NULL,
	"late_ms" bigint,
	"run_id" uuid,
	CONSTRAINT "slots_check_id_due_at_pk" PRIMARY KEY("check_id","due_at")
);
--> statement-breakpoint
CREATE TABLE "checkers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"judged_at" timestamp (3) with time zone NOT NULL,
	"watermark_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "instance_facts" (
	"name" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outages" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"applied_at" timestamp (3) with time zone,
	CONSTRAINT "outages_started_at_unique" UNIQUE("started_at")
);
--> statement-breakpoint
CREATE TABLE "receivers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"canary_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"scope" "key_scope" NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"last_used_from" text,
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash"),
	CONSTRAINT "api_keys_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"project_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"role" "member_role" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "members_project_id_user_id_pk" PRIMARY KEY("project_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text NOT NULL,
	"ping_key" text,
	"badge_key" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "projects_ping_key_unique" UNIQUE("ping_key"),
	CONSTRAINT "projects_badge_key_unique" UNIQUE("badge_key")
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channels" ADD CONSTRAINT "channels_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "check_channels" ADD CONSTRAINT "check_channels_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "check_channels" ADD CONSTRAINT "check_channels_channel_fk" FOREIGN KEY ("project_id","channel_id") REFERENCES "public"."channels"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_channel_fk" FOREIGN KEY ("project_id","channel_id") REFERENCES "public"."channels"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_check_fk" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_flip_fk" FOREIGN KEY ("project_id","flip_id") REFERENCES "public"."flips"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_incident_fk" FOREIGN KEY ("project_id","incident_id") REFERENCES "public"."incidents"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery_attempts" ADD CONSTRAINT "delivery_attempts_delivery" FOREIGN KEY ("project_id","delivery_id") REFERENCES "public"."deliveries"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checks" ADD CONSTRAINT "checks_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flips" ADD CONSTRAINT "flips_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pings" ADD CONSTRAINT "pings_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_check_fk" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slots" ADD CONSTRAINT "slots_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "accounts_user" ON "accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "verifications_identifier" ON "verifications" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "check_channels_channel" ON "check_channels" USING btree ("channel_id");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("next_attempt_at") WHERE state in ('pending', 'retry', 'sending');--> statement-breakpoint
CREATE INDEX "deliveries_channel" ON "deliveries" USING btree ("channel_id","created_at");--> statement-breakpoint
CREATE INDEX "deliveries_check" ON "deliveries" USING btree ("check_id","created_at");--> statement-breakpoint
CREATE INDEX "checks_project_slug" ON "checks" USING btree ("project_id","slug");--> statement-breakpoint
CREATE INDEX "checks_wake" ON "checks" USING btree ("wake_at") WHERE wake_at is not null;--> statement-breakpoint
CREATE INDEX "flips_check_at" ON "flips" USING btree ("check_id","at");--> statement-breakpoint
CREATE INDEX "incidents_check_at" ON "incidents" USING btree ("check_id","opened_at");--> statement-breakpoint
CREATE INDEX "notices_check_at" ON "notices" USING btree ("check_id","at");--> statement-breakpoint
CREATE INDEX "runs_check" ON "runs" USING btree ("check_id","heard_at");--> statement-breakpoint
CREATE INDEX "api_keys_prefix" ON "api_keys" USING btree ("prefix");--> statement-breakpoint
CREATE INDEX "members_user" ON "members" USING btree ("user_id");