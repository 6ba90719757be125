/* The shell in files of GitHub Actions, GitLab CI and Kubernetes. */
import { parseAllDocuments } from 'yaml';

/** Commands that run in one shell, with variables of their own. */
export interface Step {
  /** Runs a file. */
  readonly shell: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly script: string;
}

/** As GitHub Actions runs `shell: bash`, and GitLab Runner all scripts. */
const BASH = ['bash', '-eo', 'pipefail'];

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPlain = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** The fields of a mapping; none of anything else. */
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * Reads the steps of a YAML text, in their order.
 *
 * @throws Error for YAML that is not valid, and for a text without a command
 */
export function stepsOf(text: string): Step[] {
  const steps = parseAllDocuments(text, { strict: true, uniqueKeys: true }).flatMap((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw problem;
    return stepsIn(fieldsOf(document.toJS()));
  });
  if (steps.length === 0) throw new Error(`no command in ${text}`);
  return steps;
}

function stepsIn(file: Fields): Step[] {
  if ('apiVersion' in file) return containersOf(file);
  return 'jobs' in file ? workflowSteps(file) : pipelineSteps(file);
}

function workflowSteps(workflow: Fields): Step[] {
  if (fieldsOf(fieldsOf(workflow['defaults'])['run'])['shell'] !== 'bash') {
    throw new Error('a workflow without shell: bash has no pipefail');
  }
  return Object.values(fieldsOf(workflow['jobs'])).flatMap((value) => {
    const job = fieldsOf(value);
    return itemsOf(job['steps'])
      .map(fieldsOf)
      .flatMap(({ run, env }) =>
        typeof run === 'string'
          ? [{ shell: BASH, variables: variablesOf(workflow['env'], job['env'], env), script: run }]
          : [],
      );
  });
}

function pipelineSteps(pipeline: Fields): Step[] {
  return Object.values(pipeline)
    .map(fieldsOf)
    .filter((job) => 'script' in job)
    .map((job) => ({
      shell: BASH,
      variables: variablesOf(pipeline['variables'], job['variables']),
      script: [...itemsOf(job['before_script']), ...itemsOf(job['script'])].join('\n'),
    }));
}

/** A container that runs `sh` or `bash` on a text: `command: [bash, -euo, pipefail, -c]`, `args: [TEXT]`. */
function containersOf(object: Fields): Step[] {
  const pod = fieldsOf(fieldsOf(fieldsOf(object['spec'])['template'])['spec']);
  return itemsOf(pod['containers'])
    .map(fieldsOf)
    .map(({ command, args, env }) => {
      const shell = itemsOf(command);
      const [script] = itemsOf(args);
      if (!/^(?:ba)?sh$/.test(String(shell[0])) || shell.at(-1) !== '-c') {
        throw new Error('the command of a container is not a shell');
      }
      const variables = itemsOf(env)
        .map(fieldsOf)
        .map(({ name, value }) => [String(name), value] as const);
      return {
        shell: shell.slice(0, -1).map(String),
        variables: variablesOf(Object.fromEntries(variables)),
        script: String(script),
      };
    });
}

/** Variables with a value that stands there; those that come from a store of secrets have theirs from outside. */
function variablesOf(...maps: readonly unknown[]): Record<string, string> {
  const all = maps.flatMap((map) => Object.entries(fieldsOf(map)));
  const known = all.flatMap(([name, value]) =>
    isPlain(value) && !String(value).includes('${{') ? [[name, String(value)] as const] : [],
  );
  return Object.fromEntries(known);
}
