"use client";

import { Menu } from "@mantine/core";
import { ChevronDown, ChevronRight, Ellipsis } from "lucide-react";
import { memo, useState } from "react";
import { useTranslations } from "use-intl";
import type { PodView } from "#lib/clusters/schema";
import { IconButton } from "../ui/icon-button.tsx";
import { podGlyph } from "../ui/pod-glyph.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { State } from "../ui/state.tsx";
import { usePodWord } from "../ui/use-pod-word.ts";
import type { PodEnd } from "./end-pod.tsx";
import { type MeasuredUse, PodContainers } from "./pod-containers.tsx";
import { PodMemory } from "./pod-memory.tsx";
import classes from "./service.module.css";

type Props = {
  pod: PodView;
  /** What its containers use now. */
  use: readonly MeasuredUse[];
  columns: number;
  onEnd: ((pod: PodView, end: PodEnd) => void) | undefined;
};

const icon = { size: 16, strokeWidth: 1.5 } as const;

/** Of what opens its row. */
export const podRowId = ({ uid }: Pick<PodView, "uid">): string => `pod-${uid}`;

/** A pod, and its containers once it is opened; one in trouble is open by itself. Drawn again when its own pod has changed. */
export const PodRow = memo(function PodRow({ pod, use, columns, onEnd }: Props) {
  const control = useTranslations("control");
  const t = useTranslations("service.pods");
  const wordOf = usePodWord();
  const [wanted, setWanted] = useState<boolean | null>(null);
  const open = wanted ?? (!pod.ready && pod.status !== "Terminating");
  return (
    <>
      <tr className={classes.pod} data-open={open || undefined}>
        <td>
          <span className={classes.podCell}>
            <IconButton
              id={podRowId(pod)}
              label={t(open ? "close" : "open", { pod: pod.name })}
              aria-expanded={open}
              onClick={() => setWanted(!open)}
            >
              {open ? <ChevronDown {...icon} /> : <ChevronRight {...icon} />}
            </IconButton>
            <span className={`${classes.truncatedLine} ${classes.podName}`} title={pod.name}>
              <code dir="ltr">{pod.name}</code>
            </span>
          </span>
        </td>
        <td className={classes.truncated} title={pod.message ?? undefined}>
          <State glyph={podGlyph(pod)}>{wordOf(pod)}</State>
          {pod.track === "canary" && <small className={classes.track}>{t("canary")}</small>}
        </td>
        <td className="k-num k-wide" data-align="right">
          {pod.releaseNumber === null ? "" : `#${pod.releaseNumber}`}
        </td>
        <td className="k-num k-wide" data-align="right">
          {pod.restarts}
        </td>
        <td className="k-roomy" data-align="right">
          <PodMemory pod={pod} use={use} />
        </td>
        <td className="k-num" data-align="right">
          <RelativeTime at={pod.createdAt} bare />
        </td>
        {onEnd && (
          <td data-align="right">
            <Menu>
              <Menu.Target>
                <IconButton label={control("deletePod.more", { pod: pod.name })}>
                  <Ellipsis {...icon} />
                </IconButton>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => onEnd(pod, "evict")}>{control("evictPod.evict")}</Menu.Item>
                <Menu.Item onClick={() => onEnd(pod, "delete")}>{control("deletePod.delete")}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </td>
        )}
      </tr>
      {open && (
        <tr className={classes.opened}>
          <td colSpan={columns}>
            <PodContainers pod={pod} use={use} />
          </td>
        </tr>
      )}
    </>
  );
});
