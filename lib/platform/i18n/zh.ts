import builds from "./messages/zh/builds.json" with { type: "json" };
import config from "./messages/zh/config.json" with { type: "json" };
import control from "./messages/zh/control.json" with { type: "json" };
import create from "./messages/zh/create.json" with { type: "json" };
import diagnosis from "./messages/zh/diagnosis.json" with { type: "json" };
import domains from "./messages/zh/domains.json" with { type: "json" };
import errors from "./messages/zh/errors.json" with { type: "json" };
import fields from "./messages/zh/fields.json" with { type: "json" };
import gateways from "./messages/zh/gateways.json" with { type: "json" };
import imports from "./messages/zh/imports.json" with { type: "json" };
import logs from "./messages/zh/logs.json" with { type: "json" };
import metrics from "./messages/zh/metrics.json" with { type: "json" };
import overview from "./messages/zh/overview.json" with { type: "json" };
import releases from "./messages/zh/releases.json" with { type: "json" };
import retire from "./messages/zh/retire.json" with { type: "json" };
import service from "./messages/zh/service.json" with { type: "json" };
import services from "./messages/zh/services.json" with { type: "json" };
import settings from "./messages/zh/settings.json" with { type: "json" };
import shell from "./messages/zh/shell.json" with { type: "json" };
import signIn from "./messages/zh/sign-in.json" with { type: "json" };
import states from "./messages/zh/states.json" with { type: "json" };
import terminal from "./messages/zh/terminal.json" with { type: "json" };
import topology from "./messages/zh/topology.json" with { type: "json" };
import ui from "./messages/zh/ui.json" with { type: "json" };

/** All texts of one language, one area a file; checked against the other language by tests/unit/i18n. */
export const zh = {
  shell,
  ui,
  services,
  overview,
  "sign-in": signIn,
  create,
  retire,
  service,
  diagnosis,
  builds,
  config,
  control,
  releases,
  domains,
  gateways,
  imports,
  logs,
  metrics,
  topology,
  terminal,
  fields,
  settings,
  states,
  errors,
};
