-- CreateEnum
CREATE TYPE "RetirementState" AS ENUM ('planned', 'running', 'done', 'failed');

-- DropIndex
DROP INDEX "apps_name_key";

-- AlterTable
ALTER TABLE "apps" ADD COLUMN     "retiring_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "ledger_entries" ADD COLUMN     "adopted_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "retirements" (
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "requested_by_id" UUID,
    "reason" TEXT NOT NULL,
    "keep_volumes" BOOLEAN NOT NULL,
    "keep_images" BOOLEAN NOT NULL,
    "state" "RetirementState" NOT NULL DEFAULT 'planned',
    "error" JSONB,
    "findings" JSONB NOT NULL DEFAULT '[]',
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "retirements_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "retirement_steps" (
    "retirement_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "state" "StepState" NOT NULL DEFAULT 'waiting',
    "detail" JSONB,
    "error" JSONB,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "retirement_steps_pkey" PRIMARY KEY ("retirement_id","name")
);

-- CreateIndex
CREATE INDEX "retirements_state_idx" ON "retirements"("state");

-- CreateIndex
CREATE INDEX "retirements_app_id_requested_at_idx" ON "retirements"("app_id", "requested_at" DESC);

-- CreateIndex
CREATE INDEX "apps_name_idx" ON "apps"("name");

-- AddForeignKey
ALTER TABLE "retirements" ADD CONSTRAINT "retirements_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "retirements" ADD CONSTRAINT "retirements_requested_by_id_fkey" FOREIGN KEY ("requested_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "retirement_steps" ADD CONSTRAINT "retirement_steps_retirement_id_fkey" FOREIGN KEY ("retirement_id") REFERENCES "retirements"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand, since Prisma's schema has no partial indexes: a name is one living app's, and an app is in one retirement at a time.
CREATE UNIQUE INDEX "apps_living_name_key" ON "apps"("name") WHERE "retired_at" IS NULL;
CREATE UNIQUE INDEX "retirements_open_key" ON "retirements"("app_id") WHERE "state" IN ('planned', 'running');
