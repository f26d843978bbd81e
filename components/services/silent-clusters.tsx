"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { SystemView } from "#lib/clusters/schema";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";
import { Button } from "../ui/button.tsx";
import { MissingRights } from "../ui/missing-rights.tsx";
import { Unreachable } from "../ui/unreachable.tsx";

const schema = () => import("../shell/systems.ts").then((module) => module.systems);

/** Outside systems that do not answer, since when, with a re-check, and clusters that forbid to look; nothing while all is well. */
export function SilentClusters() {
  const { data } = useQuery({
    queryKey: queryKeys.systems(),
    queryFn: ({ signal }) => getJson("/api/systems", schema, signal),
  });
  return (data?.rows ?? []).map((system) => {
    if (system.state === "down") return <Silent key={system.key} system={system} />;
    if (system.missing.length === 0) return null;
    return <MissingRights key={system.key} cluster={system.name} rights={system.missing} />;
  });
}

function Silent({ system }: { system: SystemView }) {
  const t = useTranslations("services.silent");
  const client = useQueryClient();
  const check = useMutation({
    mutationFn: () => sendJson("POST", `/api/systems/${encodeURIComponent(system.key)}/check`, undefined, null),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.systems() }),
  });
  const again = (
    <Button look="plain" small busy={check.isPending} onClick={() => check.mutate()}>
      {t("check")}
    </Button>
  );
  return (
    <Unreachable system={system} action={again}>
      {system.key.startsWith("cluster:") ? t("cluster") : t("other")}
    </Unreachable>
  );
}
