/** What the release dialog is opened for; each is the same release with another form. */
export type ReleaseTask =
  | { kind: "deploy"; buildId: string | null }
  | { kind: "scale" }
  | { kind: "restart" }
  | { kind: "rollback"; number: number };
