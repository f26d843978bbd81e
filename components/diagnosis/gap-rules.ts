import type { DiagnosisView } from "#lib/diagnosis/schema";

type Gap = DiagnosisView["gaps"][number];

/** Does the cluster as a whole not answer? Its kinds of objects need no names then. */
export const isSilence = ({ what, error }: { what: readonly string[]; error: Gap["error"] }): boolean =>
  error.code === "unavailable" && what.includes("pods");

/** What could not be looked at for one reason, together: a cluster that does not answer says so for each kind of object. */
export const byReason = (gaps: readonly Gap[]): { what: string[]; error: Gap["error"] }[] =>
  [...Map.groupBy(gaps, ({ error }) => error.message).values()].flatMap((same) => {
    const [first] = same;
    return first ? [{ what: same.map(({ what }) => what), error: first.error }] : [];
  });
