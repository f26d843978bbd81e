export type Path = (string | number)[];
/** What is wrong with a document across its fields: the place by its path, and a message key. */
export type Problem = { path: Path; message: string };
