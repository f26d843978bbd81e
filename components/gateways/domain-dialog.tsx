"use client";

import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { printDomain } from "#lib/apps/spec/domain-rules";
import { dnsName } from "#lib/apps/spec/names-schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import type { DomainView } from "#lib/releases/domains/schema";
import { Failure } from "../shell/failure.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { ChoiceCards } from "../ui/choice-cards.tsx";
import { Dialog } from "../ui/dialog.tsx";
import classes from "./gateways.module.css";
import { useChangeDomain } from "./use-domains.ts";

type Props = {
  environment: EnvironmentView;
  /** Null for a further one. */
  domain: DomainView | null;
  /** Those that are allowed already. */
  known: readonly DomainView[];
  onClose: () => void;
};

/** Allows a further domain, or changes and takes away one that is allowed. */
export function DomainDialog({ environment, domain, known, onClose }: Props) {
  const t = useTranslations("domains");
  const releases = useTranslations("releases");
  const fields = useTranslations("fields.errors");
  const [name, setName] = useState(domain?.name ?? "");
  const [secret, setSecret] = useState(domain?.tlsSecret ?? "");
  const [reach, setReach] = useState<"below" | "exact">(domain?.below === false ? "exact" : "below");
  const change = useChangeDomain(environment.id);
  const wrong = wrongName(name, domain === null ? known : []);
  const isSecret = secret === "" || dnsName.safeParse(secret).success;
  const own = domain?.own ?? false;
  const remove = () => change.mutate({ do: "remove", domain: { name } }, { onSuccess: onClose });
  const nameText = wrong && (wrong === "not-a-name" ? fields("host.dns-name") : t("dialog.known"));
  const save = () =>
    change.mutate(
      { do: "set", domain: { name, below: reach === "below", tlsSecret: secret || null } },
      { onSuccess: onClose },
    );
  return (
    <Dialog
      opened
      onClose={onClose}
      title={domain ? printDomain(domain) : t("dialog.new")}
      badges={<Badge tone={environment.purpose === "prod" ? "prod" : undefined}>{environment.name}</Badge>}
      footer={
        <>
          {domain && !own && (
            <Button look="danger" busy={change.isPending} onClick={remove}>
              {t("dialog.remove")}
            </Button>
          )}
          <Button onClick={onClose}>{releases("cancel")}</Button>
          <Button
            look="primary"
            busy={change.isPending}
            why={nameText ?? (isSecret ? undefined : t("dialog.secretName"))}
            onClick={save}
          >
            {t(domain ? "dialog.save" : "dialog.allow")}
          </Button>
        </>
      }
    >
      <div className={classes.form}>
        <TextInput
          label={t("dialog.name")}
          description={t("dialog.nameHint")}
          placeholder="shop.example.com"
          value={name}
          readOnly={domain !== null}
          maxLength={253}
          spellCheck={false}
          error={name === "" ? undefined : nameText}
          onChange={(event) => setName(event.currentTarget.value.trim())}
        />
        {!own && (
          <ChoiceCards
            label={t("dialog.reach")}
            value={reach}
            onChange={setReach}
            choices={(["below", "exact"] as const).map((value) => ({
              value,
              title: t(`reach.${value}`),
              hint: t(`reach.${value}Hint`, { name: wrong === "not-a-name" ? "shop.example.com" : name }),
            }))}
          />
        )}
        <TextInput
          label={t("dialog.secret")}
          description={t("dialog.secretHint", { namespace: environment.namespace })}
          placeholder="shop-example-tls"
          value={secret}
          maxLength={253}
          spellCheck={false}
          error={isSecret ? undefined : t("dialog.secretName")}
          onChange={(event) => setSecret(event.currentTarget.value.trim())}
        />
        {change.error && <Failure error={change.error} />}
      </div>
    </Dialog>
  );
}

/** Allowing what is allowed would only change what is meant by it, its Secret too, and unseen. */
function wrongName(name: string, known: readonly DomainView[]): "not-a-name" | "known" | undefined {
  if (!dnsName.safeParse(name).success) return "not-a-name";
  return known.some((each) => each.name === name) ? "known" : undefined;
}
