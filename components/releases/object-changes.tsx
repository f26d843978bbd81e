"use client";

import { Accordion } from "@mantine/core";
import { useTranslations } from "use-intl";
import type { ObjectChange } from "#lib/releases/drift/schema";
import { CodeDiff, countLines } from "../ui/code-diff.tsx";
import { Note } from "../ui/note.tsx";
import classes from "./releases.module.css";

/** The objects as the cluster's own dry run says they would be; those that stay as they are are only counted. */
export function ObjectChanges({ objects }: { objects: ObjectChange[] }) {
  const t = useTranslations("releases.objects");
  const changed = objects.filter(({ action, warnings }) => action !== "unchanged" || warnings.length > 0);
  const unchanged = objects.length - changed.length;
  return (
    <>
      <Accordion>
        {changed.map((object, index) => (
          // The accordion makes ids of its values, and an id has no spaces.
          <ChangedObject
            key={`${object.kind} ${object.namespace ?? ""}/${object.name}`}
            value={index.toString()}
            object={object}
          />
        ))}
      </Accordion>
      {unchanged > 0 && <p className="k-small k-quiet">{t("unchanged", { count: unchanged })}</p>}
    </>
  );
}

function ChangedObject({ object, value }: { object: ObjectChange; value: string }) {
  const t = useTranslations("releases.objects");
  const path = `${object.namespace === null ? "" : `${object.namespace}/`}${object.name}`;
  const name = `${object.kind} ${path}`;
  const { added, removed } = countLines(object.before, object.after);
  return (
    <Accordion.Item value={value}>
      <Accordion.Control>
        <span className={classes.objectHead}>
          <b>{object.kind}</b> <code>{path}</code> <small>{t(`action.${object.action}`)}</small>
          {object.warnings.length > 0 && <Note state="warn">{t("warnings", { count: object.warnings.length })}</Note>}
          <span className={classes.counts}>
            <span>+{added}</span>
            <span>−{removed}</span>
          </span>
        </span>
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
}
