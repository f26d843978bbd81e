"use client";

import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Forbidden } from "../ui/forbidden.tsx";
import { Message, type MessageState } from "../ui/message.tsx";
import { ApiError, type ApiErrorCode } from "./api.ts";
import { useErrorText } from "./use-error-text.ts";

const STATE: Partial<Record<ApiErrorCode, MessageState>> = {
  network: "unknown",
  unavailable: "unknown",
  "rate-limited": "warn",
};

type Props = { error: unknown; onRetry?: () => void };

/** In place of what could not be read: forbidden, gone, unreachable and broken each look different. */
export function Failure({ error, onRetry }: Props) {
  const t = useTranslations("errors");
  const text = useErrorText()(error);
  const code = error instanceof ApiError ? error.code : "unavailable";
  const requestId = error instanceof ApiError ? error.requestId : undefined;
  if (code === "denied") return <Forbidden requestId={requestId}>{text}</Forbidden>;
  if (code === "not-found") return <Empty title={t("notFoundTitle")}>{text}</Empty>;
  const retry = onRetry && (
    <Button look="plain" small onClick={onRetry}>
      {t("retry")}
    </Button>
  );
  return (
    <Message state={STATE[code] ?? "fail"} action={retry}>
      {text}{" "}
      {requestId !== undefined && (
        <span className="k-small k-quiet">{t.rich("quote", { id: () => <code>{requestId}</code> })}</span>
      )}
    </Message>
  );
}
