import { useTranslations } from "use-intl";
import { toneOfUse } from "../ui/tone-of-use.ts";
import { Sparkline } from "./sparkline.tsx";

type Props = { of: "cpu" | "memory"; shares: readonly (number | null)[] | undefined };

/** An hour's use as a share of the limit; loud when it is near. */
export function LimitSparkline({ of, shares }: Props) {
  const t = useTranslations("services.utilization");
  const known = shares?.filter((share) => share !== null) ?? [];
  const now = known.at(-1);
  if (shares === undefined || now === undefined) return <span className="k-quiet">–</span>;
  const words = t(of, { now, most: Math.max(...known) });
  return <Sparkline shares={shares} words={words} figure={t("now", { now })} tone={toneOfUse(now)} limited />;
}
