"use client";

import { NativeSelect, TextInput } from "@mantine/core";
import { Plus, X } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button";
import { IconButton } from "#components/ui/icon-button";
import { Note } from "#components/ui/note";
import { FormSection } from "./form-section.tsx";
import { useErrorWords } from "./use-error-words.ts";
import classes from "./wizard.module.css";
import type { StepProps } from "./wizard-context.ts";
import { effectiveRoutes, type WizardForm } from "./wizard-form.ts";

type Route = WizardForm["routes"][number];

/** Step 3: how outside traffic reaches the service. The default can simply be accepted. */
export function StepRoutes({ form, change, errors, environment }: StepProps) {
  const t = useTranslations("create.routes");
  const words = useErrorWords(errors);
  if (!form.exposed || form.port === "") {
    return (
      <FormSection title={t("title")}>
        <p>
          <b>{t("not")}</b> {t("notHint")}
        </p>
      </FormSection>
    );
  }

  const routes = effectiveRoutes(form, environment?.domain ?? "");
  const set = (next: Route[]) => change({ routes: next, routesTyped: true });
  const replace = (index: number, part: Partial<Route>) =>
    set(routes.map((route, i) => (i === index ? { ...route, ...part } : route)));
  return (
    <FormSection title={t("title")} hint={t("hint")}>
      {routes.map((route, index) => (
        <div key={`route-${index.toString()}`} className={`${classes.line} ${classes.route}`}>
          <TextInput
            label={index === 0 ? t("host") : undefined}
            aria-label={t("host")}
            value={route.host}
            onChange={(event) => replace(index, { host: event.currentTarget.value })}
            spellCheck={false}
            classNames={{ input: classes.mono }}
            style={{ flex: 2 }}
          />
          <TextInput
            label={index === 0 ? t("path") : undefined}
            aria-label={t("path")}
            value={route.path}
            onChange={(event) => replace(index, { path: event.currentTarget.value })}
            spellCheck={false}
            classNames={{ input: classes.mono }}
            style={{ flex: 1 }}
          />
          <NativeSelect
            label={index === 0 ? t("match") : undefined}
            aria-label={t("match")}
            value={route.pathType}
            onChange={(event) =>
              replace(index, { pathType: event.currentTarget.value === "exact" ? "exact" : "prefix" })
            }
            data={[
              { value: "prefix", label: t("prefix") },
              { value: "exact", label: t("exact") },
            ]}
          />
          {routes.length > 1 && (
            <IconButton label={t("remove", { n: index + 1 })} onClick={() => set(routes.filter((_, i) => i !== index))}>
              <X size={16} strokeWidth={1.5} />
            </IconButton>
          )}
        </div>
      ))}
      {words("routes") && <Note state="fail">{words("routes")}</Note>}
      <div className={classes.line}>
        <Button
          look="plain"
          small
          icon={<Plus size={14} strokeWidth={1.5} />}
          onClick={() => set([...routes, { host: routes[0]?.host ?? "", path: "/", pathType: "prefix" }])}
        >
          {t("add")}
        </Button>
        {form.routesTyped && (
          <Button look="plain" small onClick={() => change({ routes: [], routesTyped: false })}>
            {t("reset")}
          </Button>
        )}
      </div>
    </FormSection>
  );
}
