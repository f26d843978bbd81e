import "server-only";
import { type Tx } from "#lib/platform/db";

/** Takes the values out of every secret of a service that is gone; which keys there were stays with its history. */
export async function eraseSecrets(tx: Tx, appId: string): Promise<void> {
  await tx.$executeRaw`
    update config_versions version
    set entries = (
      select coalesce(jsonb_agg(jsonb_set(entry, '{value}', 'null') order by place), '[]')
      from jsonb_array_elements(version.entries) with ordinality as each(entry, place)
    )
    from config_sets held
    where held.id = version.set_id and held.kind = 'secret' and held.app_id = ${appId}::uuid`;
}
