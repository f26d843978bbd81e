import builds from "./messages/en/builds.json" with { type: "json" };
import config from "./messages/en/config.json" with { type: "json" };
import control from "./messages/en/control.json" with { type: "json" };
import create from "./messages/en/create.json" with { type: "json" };
import diagnosis from "./messages/en/diagnosis.json" with { type: "json" };
import domains from "./messages/en/domains.json" with { type: "json" };
import errors from "./messages/en/errors.json" with { type: "json" };
import fields from "./messages/en/fields.json" with { type: "json" };
import gateways from "./messages/en/gateways.json" with { type: "json" };
import imports from "./messages/en/imports.json" with { type: "json" };
import logs from "./messages/en/logs.json" with { type: "json" };
import metrics from "./messages/en/metrics.json" with { type: "json" };
import overview from "./messages/en/overview.json" with { type: "json" };
import releases from "./messages/en/releases.json" with { type: "json" };
import retire from "./messages/en/retire.json" with { type: "json" };
import service from "./messages/en/service.json" with { type: "json" };
import services from "./messages/en/services.json" with { type: "json" };
import settings from "./messages/en/settings.json" with { type: "json" };
import shell from "./messages/en/shell.json" with { type: "json" };
import signIn from "./messages/en/sign-in.json" with { type: "json" };
import states from "./messages/en/states.json" with { type: "json" };
import terminal from "./messages/en/terminal.json" with { type: "json" };
import topology from "./messages/en/topology.json" with { type: "json" };
import ui from "./messages/en/ui.json" with { type: "json" };

/** All texts of one language, one area a file; checked against the other language by tests/unit/i18n. */
export const en = {
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
