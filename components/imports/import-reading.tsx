"use client";

import { useTranslations } from "use-intl";
import type { ImportPreview } from "#lib/releases/import/schema";
import { changeName, printable } from "../releases/change-text.ts";
import { ObjectChanges } from "../releases/object-changes.tsx";
import { Message } from "../ui/message.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import classes from "./imports.module.css";

/** What changes now, what comes with the first new pods, what stays others', and how everything was read. */
export function ImportReading({ preview }: { preview: ImportPreview }) {
  const t = useTranslations("imports");
  const releases = useTranslations("releases");
  const errorText = usePublicErrorText();
  return (
    <>
      <Message state="ok" title={t("noRestart")}>
        {t("noRestartText")}
      </Message>
      <section className={classes.part}>
        <h3>
          {t("changes")}{" "}
          <small>
            {t.rich("checked", { cluster: preview.cluster, ago: () => <RelativeTime at={preview.checkedAt} /> })}
          </small>
        </h3>
        <ObjectChanges objects={preview.objects} />
      </section>
      <section className={classes.part}>
        <h3>{t("reading")}</h3>
        <dl className={classes.reading}>
          {preview.reading.map(({ field, after }, index) => (
            <div key={`${field}-${index.toString()}`}>
              <dt>{changeName(releases, field)}</dt>
              <dd>{printable(releases, field, after)}</dd>
            </div>
          ))}
        </dl>
      </section>
      {preview.later && preview.later.action !== "unchanged" && (
        <section className={classes.part}>
          <h3>{t("later")}</h3>
          <p className="k-small k-quiet">{t("laterText")}</p>
          <ObjectChanges objects={[preview.later]} />
        </section>
      )}
      {preview.left.length + preview.leaves.length > 0 && (
        <section className={classes.part}>
          <h3>{t("left")}</h3>
          <p className="k-small k-quiet">{t("leftText")}</p>
          <ul className={classes.left}>
            {preview.leaves.map((kind) => (
              <li key={kind}>{t("leaves", { kind, name: preview.name })}</li>
            ))}
            {preview.left.map((path) => (
              <li key={path}>
                <code>{path}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
      {preview.warnings.map((warning) => (
        <Message key={warning.message} state="warn" title={releases("warned")}>
          {errorText(warning)}
        </Message>
      ))}
      {preview.blockers.map((blocker) => (
        <Message key={blocker.message} state="fail" title={t("blocked")}>
          {errorText(blocker)}
        </Message>
      ))}
    </>
  );
}
