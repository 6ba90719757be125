import { digitGroups } from '../../base/text/digit-groups.ts';
import { STATEMENT } from '../../ceremony/steps.ts';
import type { Content, Html } from '../html.ts';
import { html } from '../html.ts';
import { kindOfCeremony } from '../page.ts';
import { aloud, block, facts, list } from '../parts.ts';
import type { EventOf, RecordSource } from './source.ts';

/** What this record is of, and what ran. */
export function opening({ events, version }: RecordSource, begin: EventOf<'begin'>): Html {
  const { Program, Host } = begin;
  return html`<h1>${begin.Title}</h1>
    ${block(
      facts([
        ['Ceremony', kindOfCeremony(begin.Practice)],
        ['Id', begin.CeremonyId],
        ['Place', begin.Place],
        ['Begun', begin.At],
        ['Ended', endOf(events)],
        ['Deviations', events.filter(({ Type }) => Type === 'deviation').length],
        ['Printed by', `kmsx ${version}`],
      ]),
      html`<h3>The plan</h3>
        ${aloud(begin.PlanSHA256)}`,
      begin.PreviousRecord === undefined
        ? html`<p>No record before this one is named.</p>`
        : html`<h3>The head of the record before</h3>
            ${aloud(begin.PreviousRecord)}`,
    )}
    ${block(
      html`<h3>What ran</h3>`,
      facts([
        ['kmsx', Program.Version],
        ['Node.js', Program.Node],
        ['OpenSSL', Program.OpenSSL],
        ['Machine', `${Host.Name}, ${Host.System}`],
      ]),
    )}
    ${list(
      ['File of the program', 'SHA-256'],
      Program.Files.map(({ Name, SHA256 }) => [Name, hashInTable(SHA256)]),
    )}`;
}

/** A SHA-256 as it stands in a table: two lines of groups. */
export function hashInTable(digits: string): Html {
  return html`<code>${digitGroups(digits, 8).map((line) => html`<div>${line}</div>`)}</code>`;
}

function endOf(events: RecordSource['events']): string {
  const seal = events.find((event) => event.Type === 'seal');
  if (seal === undefined) return 'not sealed: this ceremony did not come to its end';
  return `${seal.At}, ${seal.Complete ? 'complete' : 'not complete'}, ${seal.Steps} steps`;
}

/** The people, and whether they agreed with what they attest. */
export function people({ events }: RecordSource, { People }: EventOf<'begin'>): Html {
  const agreedOf = (name: string): Content => {
    const answer = events.findLast(
      (event) => event.Type === 'compared' && event.What === 'statement' && event.Of === name,
    );
    if (answer?.Type !== 'compared') return 'not asked';
    return answer.Same ? `agreed (${answer.How})` : 'did not agree';
  };
  return html`<h2>The people</h2>
    <p><b>“${STATEMENT}”</b></p>
    ${list(
      ['Person', 'Role', 'Affiliation', 'Identified by', 'Statement'],
      People.map(({ Name, Role, Affiliation, Identified }) => [
        Name,
        Role,
        Affiliation,
        Identified,
        agreedOf(Name),
      ]),
    )}`;
}
