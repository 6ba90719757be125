/**
 * The topics of `kmsx help TOPIC` and what each is about: tasks first. Their texts are apart, and are loaded only when one
 * is shown.
 */
export const TOPICS = [
  ['lost-hsm', 'an HSM is lost, broken or replaced: the data key goes into another one'],
  ['move-key', 'backups move to another KMS key'],
  ['air-gap', 'work on a machine without a network'],
  ['ci', 'use and rehearse in scripts and CI'],
  ['exit-codes', 'what each exit code means'],
  ['errors', 'the error codes of --error-format json'],
  ['environment', 'the variables that are read, or refused'],
  ['documents', 'the fields of each JSON document'],
  ['terms', 'the words used here, and key check values'],
] as const;

export type TopicName = (typeof TOPICS)[number][0];

export const TOPIC_NAMES: readonly TopicName[] = TOPICS.map(([name]) => name);

/** Whether a word names a topic. */
export function isTopicName(word: string): word is TopicName {
  return TOPIC_NAMES.some((name) => name === word);
}
