/** U+0000 and halves of surrogate pairs have no place in Postgres' text and jsonb. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/** The text with U+FFFD in the place of what cannot be stored: for what others have said and we only keep. */
export const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "\ufffd");
