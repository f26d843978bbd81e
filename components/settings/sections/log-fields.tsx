"use client";

import { Switch } from "@mantine/core";
import { useTranslations } from "use-intl";
import { Note } from "../../ui/note.tsx";
import { ChoiceField } from "../fields/choice-field.tsx";
import { SwitchField } from "../fields/switch-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";
import { useOptions } from "../use-options.ts";
import { useSettings } from "../use-settings.ts";

/** Log files that are read beside standard output, and which of their lines belong together. */
export function LogFields() {
  const t = useTranslations("settings.logs");
  const options = useOptions();
  const { form, change, readOnly, app, environment } = useFields();
  const logHosts = useSettings(app, environment).data?.logHosts;
  const { logCollection } = form;
  return (
    <>
      <Switch
        label={t("collect")}
        description={t("collectHint")}
        checked={logCollection !== null}
        disabled={readOnly}
        onChange={(event) =>
          change({
            ...form,
            logCollection: event.currentTarget.checked
              ? { directory: "/var/log/app", include: "*.log", multiline: null }
              : null,
          })
        }
      />
      {logCollection !== null && (
        <>
          {logHosts !== undefined && (
            <Note state={logHosts ? "ok" : "warn"}>
              {logHosts ? t("goTo", { hosts: logHosts.join(", ") }) : t("goNowhere")}
            </Note>
          )}
          <div className={classes.grid}>
            <TextField at="logCollection.directory" />
            <TextField at="logCollection.include" />
          </div>
          <Switch
            label={t("multiline")}
            checked={logCollection.multiline !== null}
            disabled={readOnly}
            onChange={(event) => {
              const multiline = event.currentTarget.checked
                ? { pattern: "^\\s", negate: false, match: "after" as const }
                : null;
              change({ ...form, logCollection: { ...logCollection, multiline } });
            }}
          />
          {logCollection.multiline !== null && (
            <div className={classes.grid}>
              <TextField at="logCollection.multiline.pattern" />
              <ChoiceField at="logCollection.multiline.match" options={options("after", "before")} />
              <SwitchField at="logCollection.multiline.negate" />
            </div>
          )}
        </>
      )}
    </>
  );
}
