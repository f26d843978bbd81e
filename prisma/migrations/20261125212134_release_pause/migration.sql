-- AlterTable
ALTER TABLE "releases" ADD COLUMN     "paused_at" TIMESTAMPTZ(3),
ADD COLUMN     "paused_by_id" UUID,
ADD COLUMN     "paused_ms" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "rollback_on_failure" BOOLEAN NOT NULL DEFAULT false;

-- AddForeignKey
ALTER TABLE "releases" ADD CONSTRAINT "releases_paused_by_id_fkey" FOREIGN KEY ("paused_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
