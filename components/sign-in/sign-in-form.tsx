"use client";

import { PasswordInput, TextInput } from "@mantine/core";
import { useActionState } from "react";
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

type Tried = { username?: string; password?: string; failure: SignInFailure | null };

/**
 * Name and password; what is wrong is said between them and the button. A form with an action, because React keeps what is
 * sent before it has the page (https://react.dev/reference/react-dom/components/form).
 */
export function SignInForm({ goal, error }: Props) {
  const t = useTranslations("sign-in");
  const [tried, submit, busy] = useActionState(
    async (_: Tried, data: FormData): Promise<Tried> => {
      const [username, password] = [String(data.get("username")), String(data.get("password"))];
      const failure = await signIn(username, password);
      if (failure !== null) return { username, password, failure };
      // A full load: the server paints the console for whoever this now is. Until then this page stays busy.
      window.location.assign(goal);
      return new Promise<never>(() => undefined);
    },
    { failure: error === null ? null : error === "RateLimited" ? "rate-limited" : "wrong" },
  );
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
        <form action={submit}>
          <TextInput
            name="username"
            // React empties a form whose action has ended: what was typed stays.
            defaultValue={tried.username}
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
            defaultValue={tried.password}
            label={t("password")}
            autoComplete="current-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
          />
          {tried.failure && !busy && <Message state="fail">{t(`failure.${tried.failure}`)}</Message>}
          <Button look="primary" type="submit" busy={busy}>
            {t("submit")}
          </Button>
        </form>
      </main>
    </div>
  );
}
