import { type JsonObject } from "../../json.ts";
import { type Event } from "../../objects.ts";
import { age, type Column, field } from "../columns.ts";
import { kindOf } from "../kind.ts";

const first = (one: Event): string | undefined => one.firstTimestamp ?? one.eventTime ?? undefined;
const last = (one: Event): string | undefined => one.series?.lastObservedTime ?? one.lastTimestamp ?? first(one);
const about = ({ kind = "", name }: Event["involvedObject"]): string =>
  name === undefined || name === "" ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
function source({ source: { component, host } = {}, reportingComponent, reportingInstance }: Event): string {
  const words = [component ?? reportingComponent, host ?? reportingInstance];
  return words.filter((word) => word !== undefined && word !== "").join(", ");
}

const columns: Column<Event>[] = [
  { name: "Last Seen", cell: (one, now) => age(last(one), now) },
  field("Type", "type"),
  field("Reason", "reason"),
  { name: "Object", cell: (one) => about(one.involvedObject) },
  field("Subobject", "involvedObject.fieldPath", "", true),
  { name: "Source", wide: true, cell: source },
  { name: "Message", cell: (one) => (one.message ?? "").trim() },
  { name: "First Seen", wide: true, cell: (one, now) => age(first(one), now) },
  { name: "Count", wide: true, cell: (one) => one.series?.count ?? one.count ?? 1 },
  field("Name", "metadata.name", "", true),
];

const REFERENCE = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];
const LABELS = ["reason", "reportingComponent", "source", "type"];

export const events = kindOf<Event>("v1", "events", {
  rules: [
    {
      "core.v1.Event": {
        fields: {
          eventTime: { nullable: true, zero: null },
          reportingComponent: { zero: "" },
          reportingInstance: { zero: "" },
        },
      },
    },
  ],
  fieldLabels: [...REFERENCE.map((key) => `involvedObject.${key}`), ...LABELS],
  columns,
});

type Renamed = [stored: string, viewed: string][];
const RENAMED: Renamed = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["reportingComponent", "reportingController"],
  ["source", "deprecatedSource"],
  ["count", "deprecatedCount"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
];
const renamed = (object: JsonObject, names: Renamed, apiVersion: string): JsonObject => {
  const next = new Map(names);
  const entries = Object.entries(object).map(([key, value]) => [next.get(key) ?? key, value] as const);
  return { ...Object.fromEntries(entries), apiVersion };
};

/** The same events under the newer names of events.k8s.io. */
export const eventsView = kindOf("events.k8s.io/v1", "events", {
  fieldLabels: [...REFERENCE.map((key) => `regarding.${key}`), "reason", "reportingController", "type"],
  view: {
    of: events,
    fromStored: (object) => {
      const { reportingController, reportingInstance, ...rest } = renamed(object, RENAMED, "events.k8s.io/v1");
      return {
        ...rest,
        ...(reportingController === "" ? {} : { reportingController }),
        ...(reportingInstance === "" ? {} : { reportingInstance }),
      };
    },
    toStored: (object) =>
      renamed(
        object,
        RENAMED.map(([stored, viewed]) => [viewed, stored]),
        "v1",
      ),
  },
});
