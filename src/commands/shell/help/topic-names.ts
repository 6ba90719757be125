/** The topics of `kmsx help TOPIC`, apart from their texts, which are loaded only when one is shown. */
export const TOPIC_NAMES = ['exit-codes', 'environment', 'documents', 'terms', 'errors'] as const;

export type TopicName = (typeof TOPIC_NAMES)[number];

/** Whether a word names a topic. */
export function isTopicName(word: string): word is TopicName {
  return TOPIC_NAMES.some((name) => name === word);
}
