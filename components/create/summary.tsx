"use client";

import { Box, GitBranch, Globe, Hammer, Layers, type LucideIcon } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { EnvironmentView } from "#lib/clusters/schema";
import classes from "./summary.module.css";
import { useFormSize } from "./use-form-size.ts";
import { effectiveRoutes, type WizardForm } from "./wizard-form.ts";

type Props = { form: WizardForm; team: string; environment: EnvironmentView | undefined };
type Item = { icon: LucideIcon; title: string; detail: ReactNode; badge: string };

/** What will be created, in plain words first, the exact objects one click away. */
export function Summary({ form, team, environment }: Props) {
  const t = useTranslations("create.summary");
  return (
    <aside className={classes.summary} aria-label={t("title")}>
      <h2 className={classes.title}>
        {t("title")}
        <span className={classes.badge}>{environment?.name}</span>
      </h2>
      {form.project === null ? (
        <p className={classes.say}>{t("nothingYet")}</p>
      ) : (
        <>
          <Sentence form={form} team={team} environment={environment} />
          <Items form={form} environment={environment} />
          <Objects form={form} environment={environment} />
        </>
      )}
      <p className={classes.note}>{t("checked")}</p>
    </aside>
  );
}

function Sentence({ form, team, environment }: Props) {
  const t = useTranslations("create");
  const size = useFormSize(form).one;
  const exposed = form.exposed && form.port !== "";
  return (
    <p className={classes.say}>
      {t.rich("summary.sentence", {
        b: (words) => <b>{words}</b>,
        name: form.name || t("summary.unnamed"),
        language: t(`language.${form.language}`),
        known: String(form.language !== "other"),
        team,
        ref: form.ref?.name ?? "…",
        replicas: form.replicas === "" ? 0 : form.replicas,
        cpu: size?.cpu ?? "…",
        memory: size?.memory ?? "…",
        mode: t(`summary.mode.${form.meshMode}`),
        exposed: String(exposed),
        host: effectiveRoutes(form, environment?.domain ?? "")[0]?.host ?? "",
      })}
    </p>
  );
}

function Items({ form, environment }: Omit<Props, "team">) {
  const t = useTranslations("create.summary");
  const name = form.name || "…";
  const items: Item[] = [
    {
      icon: GitBranch,
      title: t("webhook"),
      detail: t("webhookDetail", { project: form.project?.path ?? "" }),
      badge: t("found"),
    },
    { icon: Hammer, title: t("job"), detail: <code>kepler-{name}</code>, badge: t("new") },
    { icon: Layers, title: t("image"), detail: <code>{name}</code>, badge: t("new") },
    { icon: Box, title: t("workload"), detail: workload(form).join(", "), badge: t("new") },
  ];
  if (form.exposed && form.port !== "") {
    const route = effectiveRoutes(form, environment?.domain ?? "")[0];
    items.push({
      icon: Globe,
      title: t("route"),
      detail: <code>{`${route?.host}${route?.path}`}</code>,
      badge: t("new"),
    });
  }
  return (
    <ul className={classes.items}>
      {items.map(({ icon: Icon, title, detail, badge }) => (
        <li key={title}>
          <Icon size={16} strokeWidth={1.5} aria-hidden />
          <div>
            <b>{title}</b>
            <p>{detail}</p>
          </div>
          <span className={classes.badge}>{badge}</span>
        </li>
      ))}
    </ul>
  );
}

/** Kinds as lib/releases/manifests.ts renders them; the release preview later shows them whole. */
function workload(form: WizardForm): string[] {
  const budget = form.replicas !== "" && form.replicas > 1 ? ["PodDisruptionBudget"] : [];
  return ["Deployment", ...(form.port === "" ? [] : ["Service"]), "ServiceAccount", ...budget];
}

function Objects({ form, environment }: Omit<Props, "team">) {
  const t = useTranslations("create.summary");
  const [shown, setShown] = useState(false);
  const kinds = [...workload(form), ...(form.exposed && form.port !== "" ? ["Ingress"] : [])];
  return (
    <div className={classes.objects}>
      <button type="button" aria-expanded={shown} onClick={() => setShown(!shown)}>
        <b>{t("objects", { count: kinds.length })}</b>
        <span>{shown ? t("hide") : t("show")}</span>
      </button>
      {shown && (
        <ul>
          {kinds.map((kind) => (
            <li key={kind}>
              <code>
                {kind} {environment?.namespace}/{form.name || "…"}
              </code>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
