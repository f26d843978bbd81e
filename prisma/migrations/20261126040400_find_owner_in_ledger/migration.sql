-- CreateIndex
CREATE INDEX "ledger_entries_system_key_idx" ON "ledger_entries"("system", "key");
