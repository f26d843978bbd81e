import classes from "./logs.module.css";

/** A pod's short name in one of four identity colours; identity, not state. */
export function PodMark({ pod, index }: { pod: string; index: number }) {
  return (
    <span className={classes.pod} data-pod={(Math.max(0, index) % 4) + 1} title={pod}>
      {pod.slice(-5)}
    </span>
  );
}
