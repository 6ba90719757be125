import { describe, expect, it } from 'vitest';
import { stepsOf } from '../../support/docs/yaml-steps.ts';

const WORKFLOW = `
defaults: { run: { shell: bash } }
env: { A: 1, SECRET: '\${{ secrets.SECRET }}' }
jobs:
  job:
    env: { A: two }
    steps:
      - uses: actions/checkout@v5
      - run: echo "$A"
`;

describe('the shell in YAML', () => {
  it('is that of the steps of a workflow, with the nearest variables and no secret', () => {
    const shell = ['bash', '-eo', 'pipefail'];
    expect(stepsOf(WORKFLOW)).toEqual([{ shell, variables: { A: 'two' }, script: 'echo "$A"' }]);
  });

  it('is that of the jobs of a pipeline', () => {
    const [step, ...others] = stepsOf('stages: [a]\njob: { before_script: [a], script: [b, c] }');
    expect(step?.script).toBe('a\nb\nc');
    expect(others).toEqual([]);
  });

  it('is that of containers, in the shell that they name', () => {
    const pod =
      'containers: [{ command: [bash, -eu, -c], args: [date], env: [{ name: A, value: b }] }]';
    const job = `apiVersion: v1\n---\napiVersion: batch/v1\nspec: { template: { spec: { ${pod} } } }`;
    expect(stepsOf(job)).toEqual([
      { shell: ['bash', '-eu'], variables: { A: 'b' }, script: 'date' },
    ]);
  });

  it.each([
    ['YAML that is not valid', 'job: { script: [a]'],
    ['a name twice', 'job: { script: [a] }\njob: { script: [b] }'],
    ['no command', 'job: { stage: a }'],
    ['a workflow without pipefail', 'jobs: { job: { steps: [{ run: a }] } }'],
    [
      'a container without a shell',
      'apiVersion: v1\nspec: { template: { spec: { containers: [{ command: [node], args: [a] }] } } }',
    ],
  ])('is refused: %s', (_, text) => {
    expect(() => stepsOf(text)).toThrow();
  });
});
