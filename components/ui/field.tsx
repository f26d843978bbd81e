import { type ReactNode, useId } from "react";
import classes from "./fields.module.css";

type Props = {
  label: ReactNode;
  /** Small after the label: "optional", a unit. */
  hint?: ReactNode;
  /** A Note under the control. */
  note?: ReactNode;
  /** The control; gets the id that the label points to and the note's id for aria-describedby. */
  children: (ids: { id: string; describedBy: string | undefined }) => ReactNode;
};

/** Label, control and note for a control that Mantine's own inputs do not cover. */
export function Field({ label, hint, note, children }: Props) {
  const id = useId();
  const describedBy = note === undefined ? undefined : `${id}-note`;
  return (
    <div className={classes.field}>
      <label className={classes.fieldLabel} htmlFor={id}>
        {label}
        {hint !== undefined && <small>{hint}</small>}
      </label>
      {children({ id, describedBy })}
      {note !== undefined && <div id={describedBy}>{note}</div>}
    </div>
  );
}
