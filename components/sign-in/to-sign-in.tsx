"use client";

import { useEffect } from "react";
import { toSignIn } from "../shell/to-sign-in.ts";

/** In place of a page for whoever is not signed in. */
export function ToSignIn() {
  useEffect(toSignIn, []);
  return null;
}
