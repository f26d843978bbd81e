-- AlterTable
ALTER TABLE "clusters" ADD COLUMN     "mesh_available" BOOLEAN;

-- AlterTable
ALTER TABLE "observed_pods" ADD COLUMN     "mesh_proxy" TEXT;
