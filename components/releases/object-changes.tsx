"use client";

import { Accordion } from "@mantine/core";
import { useTranslations } from "use-intl";
import type { ObjectChange } from "#lib/releases/schema";
import { CodeDiff } from "../ui/code-diff.tsx";
import { Note } from "../ui/note.tsx";
import classes from "./releases.module.css";

/** The objects as the cluster's own dry run says they would be; those that stay as they are are only counted. */
export function ObjectChanges({ objects }: { objects: ObjectChange[] }) {
  const t = useTranslations("releases.objects");
  const changed = objects.filter((object) => object.action !== "unchanged");
  const unchanged = objects.length - changed.length;
  return (
    <>
      <Accordion
        variant="default"
        chevronPosition="left"
        classNames={{ control: classes.objectHead, item: classes.object }}
      >
        {changed.map((object) => {
          const name = `${object.kind} ${object.namespace === null ? "" : `${object.namespace}/`}${object.name}`;
          return (
            <Accordion.Item key={name} value={name}>
              <Accordion.Control>
                <b>{object.kind}</b> <code>{name.slice(object.kind.length + 1)}</code>{" "}
                <small>{t(`action.${object.action}`)}</small>
              </Accordion.Control>
              <Accordion.Panel>
                {object.warnings.map((warning) => (
                  <Note key={warning} state="warn">
                    {warning}
                  </Note>
                ))}
                <CodeDiff before={object.before} after={object.after} label={name} />
              </Accordion.Panel>
            </Accordion.Item>
          );
        })}
      </Accordion>
      {unchanged > 0 && <p className="k-small k-quiet">{t("unchanged", { count: unchanged })}</p>}
    </>
  );
}
