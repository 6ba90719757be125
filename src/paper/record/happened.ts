import type { RecordEvent } from '../../record/events.ts';
import type { Content, Html } from '../html.ts';
import { html } from '../html.ts';
import { block, facts } from '../parts.ts';
import type { EventOf, RecordSource } from './source.ts';
import { valueOnPaper } from './values.ts';

/** What happened, in the order of the record, up to its seal. */
export function happened({ events, halfLine }: RecordSource): Html {
  const seal = events.findIndex(({ Type }) => Type === 'seal');
  const ceremony = seal === -1 ? events : events.slice(0, seal);
  return html`<h2>What happened</h2>
    ${ceremony.map((event, index) => happening(event, ceremony.slice(index + 1)))}
    ${
      halfLine === undefined
        ? undefined
        : block(
            html`<h3>A line that was cut short at the end</h3>
              <p><code>${halfLine}</code></p>`,
          )
    }`;
}

/** What came after the seal. */
export function afterwards({ events }: RecordSource): Html | undefined {
  const added = events.filter((event) => 'By' in event && event.Type !== 'deviation');
  if (added.length === 0) return undefined;
  return html`<h2>Afterwards</h2>
    ${added.map((event) => happening(event, []))}`;
}

function happening(event: RecordEvent, later: readonly RecordEvent[]): Content {
  switch (event.Type) {
    case 'begin':
    case 'seal':
      return undefined;
    case 'step-begun':
      return begun(event, later);
    case 'step':
      return step(event);
    case 'compared':
      return compared(event);
    case 'deviation':
      return deviation(event);
    case 'resumed':
      return resumed(event);
    default:
      return added(event);
  }
}

/** A step that ended is told by its end. */
function begun(
  { Number: number, Name, At }: EventOf<'step-begun'>,
  later: readonly RecordEvent[],
): Content {
  const next = later.find(
    (event) => event.Type === 'step' || event.Type === 'step-begun' || event.Type === 'resumed',
  );
  if (next?.Type === 'step' && next.Number === number) return undefined;
  return block(
    html`<h3>Step ${number}: ${Name}</h3>
      <p>Begun at ${At}, and interrupted.</p>`,
  );
}

function step(event: EventOf<'step'>): Html {
  const { Commands = [], RequestIds = [], Files = [], Facts = {} } = event;
  const failed = `failed with exit code ${event.ExitCode}${event.Code === undefined ? '' : ` (${event.Code})`}`;
  return block(
    html`<h3>Step ${event.Number}: ${event.Name}</h3>
      <p>${event.Text}</p>`,
    facts([
      ['From', event.Start],
      ['To', event.At],
      ['Outcome', event.Outcome === 'done' ? 'done' : failed],
      ['Run', each(Commands, (command) => html`<code>${command}</code>`)],
      ['Request ids', each(RequestIds, (id) => id)],
      ['Files', each(Files, ({ Name, Size }) => `${Name} (${Size} bytes)`)],
      ...Object.entries(Facts).map(([name, value]) => [name, valueOnPaper(value)] as const),
    ]),
  );
}

const CONFIRMED: Readonly<Record<EventOf<'compared'>['How'], string>> = {
  typed: 'by typing',
  plan: 'by the plan',
  unattended: 'by nobody: an unattended practice',
};

function compared(event: EventOf<'compared'>): Html {
  const what = `${event.What} of ${event.Of}`;
  if (event.What === 'statement') {
    return block(
      html`<p>
        ${event.At}: ${event.Of} ${event.Same ? 'agrees with the statement' : 'does not agree'}
        (${event.How}).
      </p>`,
    );
  }
  return block(
    html`<h3>Compared: ${what}</h3>`,
    facts([
      ['At', event.At],
      ['Value', comparedValue(event.Value)],
      ['Read by', event.ReadBy],
      ['Compared by', event.ComparedBy],
      ['Confirmed', CONFIRMED[event.How]],
      ['Result', event.Same ? 'the same' : 'NOT THE SAME'],
      [event.How === 'plan' ? 'In the plan' : 'Typed', event.Typed],
    ]),
  );
}

/** `SHA256:…`, or a method and its check value. */
function comparedValue(value: string): Content {
  const [, Method, Value] = /^(\S+) ([0-9a-f]+)$/.exec(value) ?? [];
  return valueOnPaper(Method === undefined ? value : { Method, Value });
}

function deviation(event: EventOf<'deviation'>): Html {
  return block(
    html`<h3>Deviation in step ${event.Step}</h3>`,
    facts([
      ['At', event.At],
      ['Expected', event.Expected],
      ['Happened', event.Happened],
      ['Decided', event.Decided],
      ['By', event.By],
    ]),
  );
}

function resumed({ At, HalfLine }: EventOf<'resumed'>): Html {
  return block(
    html`<p>${At}: the ceremony was interrupted, and goes on.</p>`,
    HalfLine === undefined
      ? undefined
      : html`<p>The record ended with a line that was cut short: <code>${HalfLine}</code></p>`,
  );
}

function added(event: Extract<RecordEvent, { By: readonly string[] }>): Html {
  const { Files = [], Document } = event;
  return block(
    html`<h3>${event.Type}</h3>`,
    facts([
      ['At', event.At],
      ['By', each(event.By, (name) => name)],
      ['Text', event.Text],
      ['Files', each(Files, ({ Name, Size }) => `${Name} (${Size} bytes)`)],
      ['Document', Document && valueOnPaper(Document)],
    ]),
  );
}

function each<T>(items: readonly T[], content: (item: T) => Content): Content {
  return items.length === 0 ? undefined : items.map((item) => html`<div>${content(item)}</div>`);
}
