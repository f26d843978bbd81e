"use client";

import { Switch } from "@mantine/core";
import { useTranslations } from "use-intl";
import { Rows } from "../../fields/rows.tsx";
import { Note } from "../../ui/note.tsx";
import { ChoiceField } from "../fields/choice-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";
import { useOptions } from "../use-options.ts";
import { SidecarFields } from "./sidecar-fields.tsx";
import { TrafficFields } from "./traffic-fields.tsx";

/** Whether its pods are in the mesh, and how requests from outside reach them. */
export function NetworkFields() {
  const t = useTranslations("settings.network");
  const options = useOptions();
  const { form, change, errorAt, readOnly, place, environment } = useFields();
  const { exposure } = form;
  const port = form.ports[0]?.port ?? "";
  const firstRoute = () => ({ host: place.host, path: "/", pathType: "prefix" as const, port });
  const withRoutes = (routes: NonNullable<typeof exposure>["routes"]) =>
    exposure && change({ ...form, exposure: { ...exposure, routes } });
  return (
    <>
      <ChoiceField
        at="meshMode"
        options={place.meshAvailable || form.meshMode === "mesh" ? options("normal", "mesh") : options("normal")}
      />
      <SidecarFields />
      {!place.meshAvailable && <Note state="unknown">{t("noMesh", { environment })}</Note>}
      <Switch
        label={t("exposed")}
        description={exposure ? t("exposedHint") : t("notExposedHint")}
        checked={exposure !== null}
        disabled={readOnly || (exposure === null && port === "")}
        onChange={(event) =>
          change({
            ...form,
            exposure: event.currentTarget.checked ? { gatewayClass: "ingress", routes: [firstRoute()] } : null,
          })
        }
      />
      {exposure && (
        <>
          <ChoiceField
            at="exposure.gatewayClass"
            options={
              place.meshAvailable || exposure.gatewayClass === "istio"
                ? options("istio", "ingress")
                : options("ingress")
            }
          />
          <Rows
            title={t("routes")}
            error={errorAt("exposure.routes")}
            rows={exposure.routes}
            onChange={withRoutes}
            blank={firstRoute}
            add={t("add")}
            remove={({ host, path }) => t("remove", { route: `${host}${path}` })}
            readOnly={readOnly}
            labelled
          >
            {(_, row) => (
              <>
                <TextField at={`exposure.routes.${row}.host`} row={row} placeholder={place.host} whole />
                <TextField at={`exposure.routes.${row}.path`} row={row} placeholder="/" />
                <ChoiceField at={`exposure.routes.${row}.pathType`} row={row} options={options("prefix", "exact")} />
                <ChoiceField
                  at={`exposure.routes.${row}.port`}
                  row={row}
                  options={form.ports.map((each) => ({ value: String(each.port), label: String(each.port) }))}
                  onChoose={(chosen) =>
                    withRoutes(
                      exposure.routes.map((route, i) => (i === row ? { ...route, port: Number(chosen) } : route)),
                    )
                  }
                />
              </>
            )}
          </Rows>
          {exposure.routes.map((_, row) => (
            // Routes have no identity of their own: their rules follow their place.
            <TrafficFields key={`route-${row.toString()}`} row={row} />
          ))}
        </>
      )}
    </>
  );
}
