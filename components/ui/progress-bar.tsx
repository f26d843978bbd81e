import classes from "./progress-bar.module.css";

type Props = {
  /** 0…1; null while nobody knows how long it takes. */
  share: number | null;
  label: string;
  tone?: "working" | "warn" | "fail";
};

/** A 4 px bar; grey for an amount, coloured for work or trouble. */
export function ProgressBar({ share, label, tone }: Props) {
  const percent = share === null ? undefined : Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <span
      className={classes.bar}
      data-tone={tone}
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i
        data-unknown={percent === undefined || undefined}
        style={percent === undefined ? undefined : { width: `${percent}%` }}
      />
    </span>
  );
}
