import type { KmsAnswer } from './answer.ts';

/** What the HTTP server does about a request, after a while: 0 ms where no fault strikes. */
export type Reply = Answered | Unanswered;

interface Answered {
  /** `cut-body`: half of the body comes, and then the connection ends. */
  readonly ending: 'whole' | 'cut-body';
  readonly answer: KmsAnswer;
  readonly delayMs: number;
}

interface Unanswered {
  /** The connection ends; or it stays, and nothing ever comes. */
  readonly ending: 'cut' | 'never';
  readonly delayMs: number;
}
