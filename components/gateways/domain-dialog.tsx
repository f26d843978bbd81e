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

type Props = { environment: EnvironmentView; domain: DomainView | null; onClose: () => void };

/** Allows a further domain, or changes and takes away one that is allowed. */
export function DomainDialog({ environment, domain, onClose }: Props) {
  const t = useTranslations("domains");
  const releases = useTranslations("releases");
  const fields = useTranslations("fields.errors");
  const [name, setName] = useState(domain?.name ?? "");
  const [secret, setSecret] = useState(domain?.tlsSecret ?? "");
  const [reach, setReach] = useState<"below" | "exact">(domain?.below === false ? "exact" : "below");
  const change = useChangeDomain(environment.id);
  const isName = dnsName.safeParse(name).success;
  const isSecret = secret === "" || dnsName.safeParse(secret).success;
  const own = domain?.own ?? false;
  const remove = () => change.mutate({ do: "remove", domain: { name } }, { onSuccess: onClose });
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
            why={!isName ? fields("host.dns-name") : isSecret ? undefined : t("dialog.secretName")}
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
          error={name === "" || isName ? undefined : fields("host.dns-name")}
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
              hint: t(`reach.${value}Hint`, { name: name || "shop.example.com" }),
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
