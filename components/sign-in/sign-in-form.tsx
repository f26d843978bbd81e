"use client";

import { PasswordInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { LanguageSwitch } from "../shell/language-switch.tsx";
import { ThemeSwitch } from "../shell/theme-switch.tsx";
import { Button } from "../ui/button.tsx";
import { LogoMark } from "../ui/logo-mark.tsx";
import { Message } from "../ui/message.tsx";
import classes from "./sign-in.module.css";
import { type SignInFailure, signIn } from "./sign-in.ts";

type Props = {
  /** The path to go on to. */
  goal: string;
  /** What next-auth put into the address when it sent here. */
  error: string | null;
};

/** Name and password; what is wrong is said between them and the button. */
export function SignInForm({ goal, error }: Props) {
  const t = useTranslations("sign-in");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<SignInFailure | null>(
    error === null ? null : error === "RateLimited" ? "rate-limited" : "wrong",
  );
  const submit = async (form: HTMLFormElement) => {
    const data = new FormData(form);
    setBusy(true);
    setFailure(null);
    const result = await signIn(String(data.get("username")), String(data.get("password")));
    // A full load: the server paints the console for whoever this now is.
    if (result === null) window.location.assign(goal);
    else {
      setFailure(result);
      setBusy(false);
    }
  };
  return (
    <div className={classes.page}>
      <div className={classes.corner}>
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <main className={classes.box}>
        <div className={classes.brand}>
          <LogoMark size={32} />
          <h1>{t("heading")}</h1>
          <p>{t("what")}</p>
        </div>
        <form
          method="post"
          onSubmit={(event) => {
            event.preventDefault();
            void submit(event.currentTarget);
          }}
        >
          <TextInput
            name="username"
            label={t("username")}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            autoFocus
            withAsterisk={false}
          />
          <PasswordInput
            name="password"
            label={t("password")}
            autoComplete="current-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
          />
          {failure && <Message state="fail">{t(`failure.${failure}`)}</Message>}
          <Button look="primary" type="submit" busy={busy}>
            {t("submit")}
          </Button>
        </form>
      </main>
    </div>
  );
}
