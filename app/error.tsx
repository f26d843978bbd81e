"use client";

import { BrokenPage } from "#components/shell/broken-page";

type Props = { error: Error & { digest?: string }; reset: () => void };

export default function ErrorPage({ error, reset }: Props) {
  return <BrokenPage error={error} onRetry={reset} />;
}
