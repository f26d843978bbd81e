-- CreateTable
CREATE TABLE "pod_deletions" (
    "cluster_id" UUID NOT NULL,
    "uid" TEXT NOT NULL,
    "app_id" UUID NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "evict" BOOLEAN NOT NULL DEFAULT false,
    "requested_by_id" UUID,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "error" JSONB,

    CONSTRAINT "pod_deletions_pkey" PRIMARY KEY ("cluster_id","uid")
);

-- CreateIndex
CREATE INDEX "pod_deletions_ended_at_idx" ON "pod_deletions"("ended_at");

-- AddForeignKey
ALTER TABLE "pod_deletions" ADD CONSTRAINT "pod_deletions_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pod_deletions" ADD CONSTRAINT "pod_deletions_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "clusters"("id") ON DELETE CASCADE ON UPDATE CASCADE;
