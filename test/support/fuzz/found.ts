/**
 * What once did harm, kept: the reader, what it got, and the code of the error that it must throw; undefined where it
 * must take it.
 */
export const FOUND: readonly (readonly [string, string, string | undefined])[] = [
  // Called bad usage, as if the caller had written KMS's answer.
  ['the answer to Decrypt', `{"New":${'['.repeat(101)}${']'.repeat(101)}}`, 'answer-malformed'],
  ["KMS's errors", '{"Code":"Throttling","Code":"Rejected.Disabled"}', 'answer-malformed'],
  // Taken: it became part of commands that are shown.
  [
    'the answer to Decrypt',
    '{"KeyId":"a;b","KeyVersionId":"v","Plaintext":"QQ==","RequestId":"r"}',
    'answer-malformed',
  ],
  // A name that Object.prototype has is a name like any other.
  ['--context', '__proto__=x', undefined],
  ['a --context-file', '{"constructor":"x","toString":"y"}', undefined],
];
