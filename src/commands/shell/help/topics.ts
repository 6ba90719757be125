import { documentsTopic } from './documents.ts';
import { environmentTopic } from './environment.ts';
import { errorsTopic } from './errors.ts';
import { exitCodesTopic } from './exit-codes.ts';
import { termsTopic } from './terms.ts';

/** What `kmsx help TOPIC` prints, by topic. */
export const TOPICS: Readonly<Record<string, () => string>> = {
  'exit-codes': exitCodesTopic,
  environment: environmentTopic,
  documents: documentsTopic,
  terms: termsTopic,
  errors: errorsTopic,
};
