-- AlterEnum
ALTER TYPE "ReleaseState" ADD VALUE 'canary';

-- AlterTable
ALTER TABLE "observed_pods" ADD COLUMN     "track" TEXT;

-- AlterTable
ALTER TABLE "releases" ADD COLUMN     "canary" JSONB,
ADD COLUMN     "promoted_at" TIMESTAMPTZ(3),
ADD COLUMN     "promoted_by_id" UUID;

-- AddForeignKey
ALTER TABLE "releases" ADD CONSTRAINT "releases_promoted_by_id_fkey" FOREIGN KEY ("promoted_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
