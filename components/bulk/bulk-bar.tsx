"use client";

import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppRow } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { Button } from "../ui/button.tsx";
import classes from "./bulk.module.css";
import type { BulkKind } from "./bulk-dialog.tsx";

const BulkDialog = lazy(() => import("./bulk-dialog.tsx").then((module) => ({ default: module.BulkDialog })));

type Props = { apps: AppRow[]; environment: EnvironmentView; onClear: () => void };

/** What can be done with the chosen services together; nothing while none is chosen. */
export function BulkBar({ apps, environment, onClear }: Props) {
  const t = useTranslations("control.bulk");
  const [kind, setKind] = useState<BulkKind | null>(null);
  if (apps.length === 0) return null;
  const close = () => {
    setKind(null);
    onClear();
  };
  return (
    <div className={classes.bar} role="group" aria-label={t("label")}>
      <span className="k-num">{t("chosen", { count: apps.length, environment: environment.name })}</span>
      <Button small onClick={() => setKind("restart")}>
        {t("restart")}
      </Button>
      <Button small onClick={() => setKind("scale")}>
        {t("scale")}
      </Button>
      {environment.meshAvailable &&
        (["mesh", "normal"] as const).map((mode) => (
          <Button key={mode} small onClick={() => setKind(mode)}>
            {t(mode)}
          </Button>
        ))}
      <Button small look="plain" onClick={onClear}>
        {t("clear")}
      </Button>
      {kind !== null && (
        <Suspense fallback={null}>
          <BulkDialog
            apps={apps}
            environment={environment}
            kind={kind}
            onCancel={() => setKind(null)}
            onClose={close}
          />
        </Suspense>
      )}
    </div>
  );
}
