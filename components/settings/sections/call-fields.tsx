"use client";

import { Switch } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { policyKeepers } from "#lib/apps/spec/traffic-policy-rules";
import type { TrafficPolicyPart } from "#lib/apps/spec/traffic-policy-schema";
import { Note } from "../../ui/note.tsx";
import { ChoiceField } from "../fields/choice-field.tsx";
import { NumberField } from "../fields/number-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";
import { BALANCING, balancingBy, withPart } from "../policy-begin.ts";
import classes from "../settings.module.css";
import { useSettings } from "../use-settings.ts";

/** How callers' proxies choose among its pods, how much they send at once, and when they leave a pod out. */
export function CallFields() {
  return (
    <>
      <WhoKeepsIt />
      <Part part="loadBalancing">
        <Balancing />
      </Part>
      <Part part="connectionPool">
        <NumberField at="trafficPolicy.connectionPool.maxConnections" optional />
        <NumberField at="trafficPolicy.connectionPool.maxPendingRequests" optional />
        <NumberField at="trafficPolicy.connectionPool.maxRequestsPerConnection" optional />
        <NumberField at="trafficPolicy.connectionPool.connectTimeoutMs" unit="ms" optional />
      </Part>
      <Part part="outlierDetection">
        <NumberField at="trafficPolicy.outlierDetection.consecutive5xx" unit="×" optional />
        <NumberField at="trafficPolicy.outlierDetection.consecutiveGatewayErrors" unit="×" optional />
        <NumberField at="trafficPolicy.outlierDetection.intervalSeconds" unit="s" />
        <NumberField at="trafficPolicy.outlierDetection.ejectionSeconds" unit="s" />
        <NumberField at="trafficPolicy.outlierDetection.maxEjectedPercent" unit="%" />
      </Part>
    </>
  );
}

/** Only Istio's proxies do: where no caller has one, that is said before anybody counts on it. */
function WhoKeepsIt() {
  const t = useTranslations("settings.calls");
  const { form, errorAt, app, environment } = useFields();
  const view = useSettings(app, environment).data;
  const wrong = errorAt("trafficPolicy");
  if (wrong !== undefined) return <Note state="fail">{wrong}</Note>;
  if (view === undefined) return null;
  const keepers = policyKeepers(form, view);
  if (keepers.length === 0) return <Note state="warn">{t("noKeeper")}</Note>;
  return <Note state="ok">{t(keepers.length === 2 ? "both" : keepers[0] === "gateway" ? "gateway" : "mesh")}</Note>;
}

/** One part of the policy, and its fields while it is on. */
function Part({ part, children }: { part: TrafficPolicyPart; children: ReactNode }) {
  const t = useTranslations("settings.calls");
  const { form, change, errorAt, readOnly } = useFields();
  const on = form.trafficPolicy !== undefined && form.trafficPolicy[part] !== null;
  const wrong = errorAt(`trafficPolicy.${part}`);
  return (
    <div className={classes.group} data-field={`trafficPolicy.${part}`}>
      <Switch
        label={t(part)}
        description={t(`${part}Hint`)}
        checked={on}
        disabled={readOnly || (!on && form.ports.length === 0)}
        onChange={(event) =>
          change({ ...form, trafficPolicy: withPart(form.trafficPolicy, part, event.currentTarget.checked) })
        }
      />
      {wrong !== undefined && <Note state="fail">{wrong}</Note>}
      {on && <div className={classes.grid}>{children}</div>}
    </div>
  );
}

function Balancing() {
  const t = useTranslations("settings.calls.by");
  const { form, change } = useFields();
  const { trafficPolicy: policy } = form;
  const balancing = policy?.loadBalancing;
  if (!policy || !balancing) return null;
  return (
    <>
      <ChoiceField
        at="trafficPolicy.loadBalancing.by"
        options={BALANCING.map((value) => ({ value, label: t(value) }))}
        onChoose={(by) => change({ ...form, trafficPolicy: { ...policy, loadBalancing: balancingBy(by, balancing) } })}
      />
      {balancing.by === "header" && (
        <TextField at="trafficPolicy.loadBalancing.name" name="hashHeader" placeholder="x-user" />
      )}
      {balancing.by === "query" && (
        <TextField at="trafficPolicy.loadBalancing.name" name="hashQuery" placeholder="user" />
      )}
      {balancing.by === "cookie" && (
        <>
          <TextField at="trafficPolicy.loadBalancing.name" name="hashCookie" placeholder="session" />
          <NumberField at="trafficPolicy.loadBalancing.ttlSeconds" unit="s" />
        </>
      )}
    </>
  );
}
