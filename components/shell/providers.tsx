"use client";

import { MantineProvider } from "@mantine/core";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { IntlProvider } from "use-intl";
import { type Locale, TIME_ZONE_COOKIE } from "#lib/platform/i18n/locales";
import type { Messages } from "#lib/platform/i18n/messages";
import type { Sentences } from "#lib/platform/i18n/sentence-translator";
import { useFocusRemembered } from "../ui/dialog-focus.ts";
import { SentencesContext } from "../ui/sentences-context.tsx";
import { cssVariables, theme } from "../ui/theme.ts";
import { ApiError } from "./api.ts";
import { setCookie } from "./set-cookie.ts";
import { toSignIn } from "./to-sign-in.ts";

type Props = {
  locale: Locale;
  messages: Messages;
  /** The server's own sentences in this language. */
  sentences: Sentences;
  timeZone: string;
  now: string;
  children: ReactNode;
};

/** What every page stands on: texts, colours, server state. */
export function Providers({ locale, messages, sentences, timeZone: first, now, children }: Props) {
  const [client] = useState(createQueryClient);
  const timeZone = useSyncExternalStore(neverChanges, timeZoneHere, () => first);
  useEffect(() => setCookie(TIME_ZONE_COOKIE, timeZone), [timeZone]);
  useFocusRemembered();
  return (
    <IntlProvider locale={locale} messages={messages} timeZone={timeZone} now={new Date(now)}>
      <SentencesContext value={sentences}>
        <QueryClientProvider client={client}>
          <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
            {children}
          </MantineProvider>
        </QueryClientProvider>
      </SentencesContext>
    </IntlProvider>
  );
}

const neverChanges = () => () => undefined;
const timeZoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

function createQueryClient(): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof ApiError && error.code === "signed-out") toSignIn();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // The event stream says what is old; a minute is for what it may have missed.
        staleTime: 60_000,
        retry: (failures, error) =>
          error instanceof ApiError && ["network", "unavailable"].includes(error.code) && failures < 3,
      },
    },
  });
}
