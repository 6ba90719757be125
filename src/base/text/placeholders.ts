/** What stands in commands for what kmsx cannot know, and what a person puts in its place. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  KEY_ID: 'your KMS key: kmsx list-keys shows the keys',
  PRIVATE_KEY: 'the file of your private key',
  PUBLIC_KEY: 'the file of your public key',
  BACKUP: 'the file of your backup',
  PIN_FILE: 'the file with the PIN of your token',
  CONTEXT_FILE: 'the JSON file of the encryption context',
  CHECK_VALUE: 'a check value that your HSM shows, such as label:0011…',
};

/** What to say to who typed a placeholder as it stands; undefined for anything else. */
export function placeholderHint(text: string): string | undefined {
  const meaning = Object.hasOwn(PLACEHOLDERS, text) ? PLACEHOLDERS[text] : undefined;
  return meaning === undefined ? undefined : `${text} stands for ${meaning}`;
}
