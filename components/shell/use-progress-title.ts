"use client";

import { useEffect } from "react";

/** A background tab shows how far the work is in its title; the page's own title comes back after it. */
export function useProgressTitle(progress: { share: number; text: string } | undefined): void {
  const percent = progress && Math.round(progress.share * 100);
  const text = progress?.text;
  useEffect(() => {
    if (percent === undefined) return;
    let own = document.title;
    const show = () => {
      if (document.hidden) {
        own = document.title;
        document.title = `${percent}% ${text}`;
      } else if (document.title === `${percent}% ${text}`) document.title = own;
    };
    show();
    document.addEventListener("visibilitychange", show);
    return () => {
      document.removeEventListener("visibilitychange", show);
      if (document.title === `${percent}% ${text}`) document.title = own;
    };
  }, [percent, text]);
}
