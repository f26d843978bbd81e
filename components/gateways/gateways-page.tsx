"use client";

import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Search } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import type { GatewayMove } from "#lib/apps/spec/gateway-rules";
import type { EnvironmentView } from "#lib/clusters/schema";
import type { GatewaysView } from "#lib/releases/gateway/schema";
import { Failure } from "../shell/failure.tsx";
import { useAllows, useMe, useSelection } from "../shell/selection.tsx";
import { CallsPanel } from "../topology/calls-panel.tsx";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Pager } from "../ui/pager.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { DomainsPanel } from "./domains-panel.tsx";
import { GatewayPanel } from "./gateway-panel.tsx";
import classes from "./gateways.module.css";
import { RoutesTable } from "./routes-table.tsx";
import { type FirstGateways, useGateways, useRoutesFilter } from "./use-gateways.ts";

const MoveDialog = lazy(() => import("./move-dialog.tsx").then((module) => ({ default: module.MoveDialog })));

/** The environment of the switcher: its gateways, its routes, and the move of all of them. */
export function GatewaysPage({ first }: { first: FirstGateways | null }) {
  const { environment } = useSelection();
  if (environment === null) return null;
  return <OfEnvironment key={environment.id} environment={environment} first={first} />;
}

const TYPING_MS = 200;

function OfEnvironment({ environment, first }: { environment: EnvironmentView; first: FirstGateways | null }) {
  const t = useTranslations("gateways");
  const me = useMe();
  const allows = useAllows();
  const [filter, changeFilter] = useRoutesFilter();
  const search = useDebouncedCallback((q: string) => changeFilter({ q }), TYPING_MS);
  const [move, setMove] = useState<GatewayMove | null>(null);
  const { data, error, isPlaceholderData, refetch } = useGateways(environment.id, filter, first);
  const mayMove = me.isAdmin || me.memberships.some(({ teamId }) => allows("gateway.move", teamId));
  const movable = (to: GatewayMove) => data?.moves.find((each) => each.to === to)?.services ?? 0;
  const why = (to: GatewayMove) => {
    if (!mayMove) return t("mayNot");
    return movable(to) === 0 ? t("nothing") : undefined;
  };
  return (
    <>
      <PageHead
        title={t("title")}
        meta={data && t(`on.${data.on}`, { environment: environment.name })}
        actions={
          movable("home") > 0 && (
            <Button look="primary" small why={why("home")} onClick={() => setMove("home")}>
              {t("home")}
            </Button>
          )
        }
      />
      <div className={classes.page}>
        {error && <Failure error={error} onRetry={() => void refetch()} />}
        {!data && !error && <SkeletonRows rows={12} />}
        {data && (
          <>
            {data.lastMove && <LastMove move={data.lastMove} />}
            <div className={classes.gateways}>
              {data.gateways.map((standing) => (
                <GatewayPanel
                  key={standing.gatewayClass}
                  standing={standing}
                  why={why(standing.gatewayClass)}
                  onMove={() => setMove(standing.gatewayClass)}
                />
              ))}
            </div>
            <Panel
              title={t("routes")}
              actions={
                <TextInput
                  size="xs"
                  type="search"
                  className={classes.find}
                  leftSection={<Search size={14} strokeWidth={1.5} aria-hidden />}
                  placeholder={t("find")}
                  aria-label={t("find")}
                  maxLength={100}
                  defaultValue={filter.q}
                  onChange={(event) => search(event.currentTarget.value)}
                />
              }
            >
              {data.total === 0 ? (
                <Empty title={t("none")}>{t(filter.q === "" && !isPlaceholderData ? "noneYet" : "noneFound")}</Empty>
              ) : (
                <RoutesTable rows={data.rows} environment={environment.name} />
              )}
              <Pager
                page={data.page}
                pageSize={data.pageSize}
                total={data.total}
                by="name"
                onPage={(page) => changeFilter({ page })}
              />
            </Panel>
            <DomainsPanel environment={environment} />
            <CallsPanel environmentId={environment.id} />
          </>
        )}
      </div>
      {move !== null && (
        <Suspense fallback={null}>
          <MoveDialog environment={environment} to={move} onClose={() => setMove(null)} />
        </Suspense>
      )}
    </>
  );
}

function LastMove({ move: { to, by, at, count, moved, failed } }: { move: NonNullable<GatewaysView["lastMove"]> }) {
  const t = useTranslations("gateways");
  return (
    <p className="k-quiet">
      {t.rich("lastMove", { to: t(`moveTo.${to}`), by, count, moved, failed, ago: () => <RelativeTime at={at} /> })}
    </p>
  );
}
