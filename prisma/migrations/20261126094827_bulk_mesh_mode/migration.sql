-- AlterTable
ALTER TABLE "bulk_changes" ADD COLUMN     "mesh_mode" TEXT;
