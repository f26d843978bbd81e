-- AlterTable
ALTER TABLE "releases" ADD COLUMN     "take_over" JSONB;
