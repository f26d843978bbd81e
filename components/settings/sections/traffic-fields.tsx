"use client";

import { Switch } from "@mantine/core";
import { useTranslations } from "use-intl";
import { HTTP_METHODS, NO_TRAFFIC_RULES } from "#lib/apps/spec/traffic-schema";
import { Note } from "../../ui/note.tsx";
import { NumberField } from "../fields/number-field.tsx";
import { SwitchField } from "../fields/switch-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { WordsField } from "../fields/words-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";
import { HeaderEditFields } from "./header-edit-fields.tsx";
import { MatchFields } from "./match-fields.tsx";
import { RateLimitFields } from "./rate-limit-fields.tsx";
import { RedirectFields } from "./redirect-fields.tsx";
import { RetriesRule } from "./retries-rule.tsx";
import { Rule } from "./rule.tsx";
import type { RulesProps } from "./rules-props.ts";

/** What each rule begins with when it is switched on. */
const BEGIN = {
  delay: { percent: 100, ms: 500 },
  abort: { percent: 10, status: 503 },
  mirror: { service: "", port: 8080, percent: 100 },
  cors: { origins: [], methods: ["GET"], headers: [], credentials: false, maxAgeSeconds: 600 },
} as const;

/** What a route asks of requests beside host and path, and what happens to them on the way. */
export function TrafficFields({ row }: { row: number }) {
  const t = useTranslations("settings.traffic");
  const { form, change, readOnly, errorAt } = useFields();
  const { exposure } = form;
  const route = exposure?.routes[row];
  if (exposure === null || route === undefined) return null;
  const { gatewayClass, routes } = exposure;
  const { traffic } = route;
  const set = (next: typeof traffic) =>
    change({
      ...form,
      exposure: { ...exposure, routes: routes.map((each, i) => (i === row ? { ...each, traffic: next } : each)) },
    });
  const at = `exposure.routes.${row}.traffic` as const;
  const wrong = errorAt(at);
  return (
    <div className={classes.group} data-field={at}>
      <Switch
        label={t("rules", { route: `${route.host}${route.path}` })}
        description={gatewayClass === "istio" ? t("rulesHint") : t("ingressHint")}
        checked={traffic !== undefined}
        disabled={readOnly}
        onChange={(event) => set(event.currentTarget.checked ? structuredClone(NO_TRAFFIC_RULES) : undefined)}
      />
      {wrong !== undefined && <Note state="fail">{wrong}</Note>}
      {traffic !== undefined && <Rules row={row} traffic={traffic} set={set} />}
    </div>
  );
}

function Rules({ row, traffic, set }: RulesProps) {
  const t = useTranslations("settings.traffic");
  const at = `exposure.routes.${row}.traffic` as const;
  const fault = traffic.fault ?? { delay: null, abort: null };
  const withFault = (part: Partial<typeof fault>) => {
    const next = { ...fault, ...part };
    set({ ...traffic, fault: next.delay === null && next.abort === null ? null : next });
  };
  return (
    <>
      <div className={classes.grid}>
        <WordsField at={`${at}.methods`} placeholder={HTTP_METHODS.slice(0, 3).join(" ")} />
        <TextField at={`${at}.pathRegex`} placeholder="orders/[0-9]+" optional />
        <TextField at={`${at}.rewritePath`} placeholder="/v2" optional />
        <NumberField at={`${at}.timeoutMs`} unit="ms" optional />
      </div>
      <MatchFields row={row} traffic={traffic} set={set} />
      <RedirectFields row={row} redirect={traffic.redirect} set={(redirect) => set({ ...traffic, redirect })} />
      <RateLimitFields row={row} limit={traffic.rateLimit} set={(rateLimit) => set({ ...traffic, rateLimit })} />
      <HeaderEditFields row={row} edits={traffic.headerEdits} set={(headerEdits) => set({ ...traffic, headerEdits })} />
      <RetriesRule at={`${at}.retries`} retries={traffic.retries} set={(retries) => set({ ...traffic, retries })} />
      <Rule
        at={fault.delay === null ? undefined : `${at}.fault`}
        name={t("delay")}
        on={fault.delay !== null}
        onSwitch={(on) => withFault({ delay: on ? { ...BEGIN.delay } : null })}
      >
        <NumberField at={`${at}.fault.delay.percent`} name="share" unit="%" />
        <NumberField at={`${at}.fault.delay.ms`} unit="ms" />
      </Rule>
      <Rule
        at={fault.delay === null ? `${at}.fault` : undefined}
        name={t("abort")}
        on={fault.abort !== null}
        onSwitch={(on) => withFault({ abort: on ? { ...BEGIN.abort } : null })}
      >
        <NumberField at={`${at}.fault.abort.percent`} name="share" unit="%" />
        <NumberField at={`${at}.fault.abort.status`} unit="" />
      </Rule>
      <Rule
        at={`${at}.mirror`}
        name={t("mirror")}
        on={traffic.mirror !== null}
        onSwitch={(on) => set({ ...traffic, mirror: on ? { ...BEGIN.mirror } : null })}
      >
        <TextField at={`${at}.mirror.service`} name="mirrorService" placeholder="payments-next" />
        <NumberField at={`${at}.mirror.port`} unit="" />
        <NumberField at={`${at}.mirror.percent`} name="share" unit="%" />
      </Rule>
      <Rule
        at={`${at}.cors`}
        name={t("cors")}
        on={traffic.cors !== null}
        onSwitch={(on) =>
          set({
            ...traffic,
            cors: on ? { ...BEGIN.cors, origins: [], methods: [...BEGIN.cors.methods], headers: [] } : null,
          })
        }
      >
        <WordsField at={`${at}.cors.origins`} placeholder="https://shop.example" />
        <WordsField at={`${at}.cors.methods`} name="corsMethods" placeholder="GET PUT" />
        <WordsField at={`${at}.cors.headers`} name="corsHeaders" placeholder="x-team" />
        <NumberField at={`${at}.cors.maxAgeSeconds`} unit="s" />
        <SwitchField at={`${at}.cors.credentials`} />
      </Rule>
    </>
  );
}
