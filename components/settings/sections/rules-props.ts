import type { SettingsForm } from "../typed-settings.ts";

type Typed = NonNullable<NonNullable<SettingsForm["exposure"]>["routes"][number]["traffic"]>;

/** The rules of the route in this row, as they are typed. */
export type RulesProps = { row: number; traffic: Typed; set: (traffic: Typed) => void };
