-- CreateEnum
CREATE TYPE "TerminalPolicy" AS ENUM ('open', 'reason', 'off');

-- CreateEnum
CREATE TYPE "TerminalState" AS ENUM ('opening', 'open', 'ended');

-- CreateEnum
CREATE TYPE "TerminalEnd" AS ENUM ('exited', 'closed', 'unused', 'failed', 'broken', 'idle', 'limit', 'revoked', 'killed', 'recording_full', 'unrecorded', 'lost');

-- AlterTable
ALTER TABLE "environments" ADD COLUMN     "terminal_minutes" INTEGER,
ADD COLUMN     "terminal_policy" "TerminalPolicy";

-- CreateTable
CREATE TABLE "terminal_sessions" (
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "user_id" UUID,
    "sign_in_id" UUID NOT NULL,
    "pod_name" TEXT NOT NULL,
    "pod_uid" TEXT NOT NULL,
    "container" TEXT NOT NULL,
    "command" TEXT[],
    "reason" TEXT,
    "address" TEXT,
    "ticket_sha256" TEXT NOT NULL,
    "ticket_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "limit_minutes" INTEGER NOT NULL,
    "columns" INTEGER NOT NULL,
    "rows" INTEGER NOT NULL,
    "state" "TerminalState" NOT NULL DEFAULT 'opening',
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "seen_at" TIMESTAMPTZ(3),
    "end_requested_at" TIMESTAMPTZ(3),
    "end_requested_by_id" UUID,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" "TerminalEnd",
    "exit_code" INTEGER,
    "error" JSONB,
    "recorded_bytes" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "terminal_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "terminal_chunks" (
    "session_id" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "terminal_chunks_pkey" PRIMARY KEY ("session_id","sequence")
);

-- CreateIndex
CREATE UNIQUE INDEX "terminal_sessions_ticket_sha256_key" ON "terminal_sessions"("ticket_sha256");

-- CreateIndex
CREATE INDEX "terminal_sessions_app_id_requested_at_idx" ON "terminal_sessions"("app_id", "requested_at" DESC);

-- CreateIndex
CREATE INDEX "terminal_sessions_user_id_state_idx" ON "terminal_sessions"("user_id", "state");

-- CreateIndex
CREATE INDEX "terminal_sessions_state_idx" ON "terminal_sessions"("state");

-- AddForeignKey
ALTER TABLE "terminal_sessions" ADD CONSTRAINT "terminal_sessions_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "terminal_sessions" ADD CONSTRAINT "terminal_sessions_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "terminal_sessions" ADD CONSTRAINT "terminal_sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "terminal_sessions" ADD CONSTRAINT "terminal_sessions_end_requested_by_id_fkey" FOREIGN KEY ("end_requested_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "terminal_chunks" ADD CONSTRAINT "terminal_chunks_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "terminal_sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
