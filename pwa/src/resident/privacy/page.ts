/** The page of the copy that one takes away: complete in itself, to be read and printed anywhere. */
import { now } from '../../clock';
import { codeOf } from '../../device/ids';
import type { ServiceItem } from '../../forms/types';
import { colon, either, labelOf, language, nameOf } from '../../i18n';
import { fullDay, weekdayTime } from '../../i18n/time';
import type { Decision, Message } from '../../protocol/generated';
import { session } from '../../session';
import { answerWords } from '../answer-words';
import type { Kept } from './copy';
import { c } from './copy-words';

const STYLE =
  'body{font:17px/1.6 system-ui,sans-serif;max-width:44em;margin:2em auto;padding:0 1em;color:#221f1a}' +
  'section{border-top:1px solid #cbbfae;margin-top:2em}dt{color:#6a6055;font-size:.85em}dd{margin:0 0 .6em}' +
  'img{max-width:100%;max-height:20em;border:1px solid #cbbfae;margin:.3em}@media print{section{break-inside:avoid}}';

/** `items` in the order of the cases, null where a form could not be fetched; `files` as they lie in the archive. */
export function pageOf(kept: Kept, items: readonly (ServiceItem | null)[], files: readonly string[]): string {
  const centre = session.centre ? nameOf(session.centre) : '';
  const cases = kept.cases.map((one, at) => caseOf(one, items[at] ?? null, files)).join('');
  return `<!doctype html><html lang="${language.value === 'en' ? 'en' : 'zh-CN'}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${c('file.title')}</title><style>${STYLE}</style>
<h1>${c('file.title')}</h1><p>${safe(c('file.made', { when: weekdayTime(now()), centre }))}</p>${cases}
${section(c('file.contact'), list([kept.contact.sms ? c('file.sms') : '', kept.contact.push ? c('file.push') : '']))}
${section(c('file.sessions'), list(kept.sessions.map((one) => `${weekdayTime(one.opened_at)} ${codeOf(one.device ?? '')}`)))}
${section(c('file.looks'), list(kept.looks.map((look) => `${weekdayTime(look.at)} ${look.name}`)))}</html>`;
}

function caseOf({ body }: Kept['cases'][number], item: ServiceItem | null, files: readonly string[]): string {
  const number = body.case_number ?? body.filing_number;
  const own = files.filter((path) => path.startsWith(`${number}/`));
  const answers = (item?.fields ?? []).filter(({ id }) => body.answers[id] !== undefined);
  const lines = [
    [c('file.filed'), weekdayTime(body.filed_at)],
    ...answers.map((field) => [labelOf(field), answerWords(field, body.answers[field.id])]),
    ...(body.decision ? [[c('file.decision'), decided(body.decision)]] : []),
    ...(body.archive ? [[c('file.kept-until'), untilWhen(body.archive.retain_until)]] : []),
  ] as const;
  return section(
    `${either(body.item_name)} · ${c('file.case', { number })}`,
    `<dl>${lines.map(([name = '', value = '']) => `<dt>${safe(name)}</dt><dd>${safe(value)}</dd>`).join('')}</dl>
<h3>${c('file.photographs')}</h3>${
      own
        .filter((path) => path.endsWith('.jpg'))
        .map(picture)
        .join('') || c('file.none')
    }
<h3>${c('file.papers')}</h3>${links(own.filter((path) => path.endsWith('.pdf')))}
<h3>${c('file.messages')}</h3>${list(body.messages.map(said))}`,
  );
}

const untilWhen = (day: string | null): string => (day ? fullDay(day) : c('file.for-ever'));
const decided = (one: Decision): string => [weekdayTime(one.at), one.reason, one.basis].filter(Boolean).join(' ');
const said = (one: Message): string => `${weekdayTime(one.at)} ${one.by_name}${colon()}${one.text}`;
const picture = (path: string): string => `<img src="${safe(path)}" alt="${safe(path)}">`;
const section = (title: string, inner: string): string => `<section><h2>${safe(title)}</h2>${inner}</section>`;

function links(paths: readonly string[]): string {
  if (paths.length === 0) return c('file.none');
  return `<ul>${paths.map((path) => `<li><a href="${safe(path)}">${safe(path)}</a></li>`).join('')}</ul>`;
}

function list(lines: readonly string[]): string {
  const there = lines.filter(Boolean);
  return there.length
    ? `<ul>${there.map((line) => `<li>${safe(line)}</li>`).join('')}</ul>`
    : `<p>${c('file.none')}</p>`;
}

/** Text that may hold anything, as text. */
function safe(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
