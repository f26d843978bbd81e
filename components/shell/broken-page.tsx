"use client";

import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";

type Props = { error: Error & { digest?: string }; onRetry: () => void };

/** A page that threw while it was painted: nothing that runs was touched, and what to quote. */
export function BrokenPage({ error, onRetry }: Props) {
  const t = useTranslations("errors");
  return (
    <div role="alert">
      <Empty level={1} title={t("page.crashed")} action={<Button onClick={onRetry}>{t("retry")}</Button>}>
        {t("page.crashedText")}{" "}
        {error.digest !== undefined && t.rich("quote", { id: () => <code>{error.digest}</code> })}
      </Empty>
    </div>
  );
}
