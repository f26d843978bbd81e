"use client";

import { Check } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";

/** Copies a text for somebody who is to be asked, and says so. */
export function CopyWords({ words, children }: { words: string; children: ReactNode }) {
  const t = useTranslations("diagnosis.action");
  const [copied, setCopied] = useState(false);
  return (
    <Button
      small
      icon={copied ? <Check size={14} strokeWidth={1.75} aria-hidden /> : undefined}
      onClick={() => void navigator.clipboard.writeText(words).then(() => setCopied(true))}
    >
      {copied ? t("copied") : children}
    </Button>
  );
}
