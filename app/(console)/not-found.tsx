import { requestTranslator } from "#components/shell/request-intl";
import { Button } from "#components/ui/button";
import { Empty } from "#components/ui/empty";

export default async function NotFound() {
  const t = await requestTranslator();
  return (
    <>
      <Empty level={1} title={t("errors.notFoundTitle")} action={<Button href="/">{t("errors.page.home")}</Button>}>
        {t("errors.page.notFound")}
      </Empty>
    </>
  );
}
