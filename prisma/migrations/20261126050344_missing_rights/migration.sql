-- CreateTable
CREATE TABLE "missing_rights" (
    "cluster_id" UUID NOT NULL,
    "namespace" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "verb" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "missing_rights_pkey" PRIMARY KEY ("cluster_id","namespace","resource","verb")
);

-- AddForeignKey
ALTER TABLE "missing_rights" ADD CONSTRAINT "missing_rights_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "clusters"("id") ON DELETE CASCADE ON UPDATE CASCADE;
