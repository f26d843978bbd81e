import { ColorSchemeScript, mantineHtmlProps } from "@mantine/core";
import { type Metadata, type Viewport } from "next";
import { type ReactNode } from "react";
import { Providers } from "#components/shell/providers";
import { requestIntl } from "#components/shell/request-intl";
import { messagesOf } from "#lib/platform/i18n/messages";
import { sentencesOf } from "#lib/platform/i18n/sentences";
import "./globals.css";

export const metadata: Metadata = { title: { default: "Kepler", template: "%s · Kepler" }, icons: "/logo-mark.svg" };
export const viewport: Viewport = { width: "device-width", initialScale: 1 };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { locale, timeZone } = await requestIntl();
  return (
    <html lang={locale === "zh" ? "zh-CN" : locale} {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" />
      </head>
      <body>
        <Providers
          locale={locale}
          messages={messagesOf(locale)}
          sentences={sentencesOf(locale)}
          timeZone={timeZone}
          now={new Date().toISOString()}
        >
          {children}
        </Providers>
      </body>
    </html>
  );
}
