-- AlterTable
ALTER TABLE "bulk_changes" ADD COLUMN     "gateway" TEXT;

-- CreateTable
CREATE TABLE "gateway_checks" (
    "environment_id" UUID NOT NULL,
    "gateway_class" TEXT NOT NULL,
    "checks" JSONB NOT NULL,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gateway_checks_pkey" PRIMARY KEY ("environment_id","gateway_class")
);

-- CreateIndex
CREATE INDEX "bulk_changes_environment_id_requested_at_idx" ON "bulk_changes"("environment_id", "requested_at" DESC);

-- AddForeignKey
ALTER TABLE "gateway_checks" ADD CONSTRAINT "gateway_checks_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE CASCADE;
