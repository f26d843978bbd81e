-- CreateIndex
CREATE INDEX "observed_events_cluster_id_namespace_involved_name_idx" ON "observed_events"("cluster_id", "namespace", "involved_name");
