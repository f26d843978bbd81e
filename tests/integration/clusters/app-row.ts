import { type Db } from "#lib/platform/db";

/** An app as far as a watch needs one: its row, of a team of its own, with nothing behind it. */
export const createAppRow = (db: Db, name: string): Promise<{ id: string; name: string }> =>
  db.app.create({
    data: {
      ...{
        name,
        team: { create: { slug: name, name } },
        language: "nodejs",
        gitlabProjectId: 1,
        gitlabProjectPath: "a/b",
      },
      ...{ repositoryUrl: "", defaultRef: "main", dockerfilePath: "Dockerfile", buildStrategy: "dockerfile" },
      ...{ imageRepository: "", webhookSecret: "", callbackSecret: "" },
    },
    select: { id: true, name: true },
  });
