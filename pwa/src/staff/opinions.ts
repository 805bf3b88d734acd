/** What has been written and decided on a case, as one story, newest first. */
import type { ServiceItem } from '../forms/types';
import { either } from '../i18n';
import type { CaseBody, Decision, Finding } from '../protocol/generated';
import { materialName } from './forms';
import { actOf, type WordKey, w } from './words';

/** One thing that somebody said; `more` stands below it, smaller. */
export interface Said {
  at: string;
  title: string;
  by: string;
  words: string;
  more: string[];
}

export function saidOf(body: CaseBody, item: ServiceItem | undefined): Said[] {
  const { view } = body;
  const decisions = [view.decision, view.revocation].filter((one) => one !== null).map(decisionSaid);
  const undone = view.undone.map(({ at, by_name, act, words }) =>
    said(at, w('case.undone', { act: actOf(act) }), by_name, words),
  );
  const reopened = view.reopened.map(({ at, by_name, words }) => said(at, w('case.reopened'), by_name, words));
  const findings = body.findings.map((finding) =>
    said(finding.at, findingWords(finding, item), finding.by_name, finding.words),
  );
  const moved = body.migrations.map((one) =>
    said(one.at, w('case.migrated', { from: one.from_version, to: one.to_version }), one.by_name, one.words),
  );
  return [...decisions, ...opinionsSaid(body), ...undone, ...reopened, ...findings, ...moved].sort((a, b) =>
    b.at.localeCompare(a.at),
  );
}

const said = (at: string, title: string, by: string, words: string, more: string[] = []): Said => ({
  at,
  title,
  by,
  words,
  more,
});

function decisionSaid({ at, by_name, outcome, reason, basis, remedies, office, how, delay }: Decision): Said {
  const more = [
    office && w('case.office', { office }),
    how,
    basis && w('case.basis', { basis }),
    remedies,
    delay && w('case.delay', { words: delay }),
  ];
  return said(at, w(`case.decided-${outcome}`), by_name, reason, more.filter(Boolean));
}

function opinionsSaid({ opinions, route }: CaseBody): Said[] {
  const name = (id: string): string => {
    const step = route.find((one) => one.id === id);
    return step ? either(step.name) : w('act.case.review');
  };
  return opinions.map(({ step, at, by_name, text, to }) => {
    if (to !== '') return said(at, w('case.handed-back', { step: name(step), to: name(to) }), by_name, text);
    return said(at, name(step), by_name, text || w('case.no-opinion'));
  });
}

function findingWords({ about, subject, holds }: Finding, item: ServiceItem | undefined): string {
  const material = materialName(item, subject);
  if (about === 'procedure' || about === 'gap') return w(`case.finding-${about}`, { material });
  const key: WordKey = `case.finding-${about}-${holds ? 'yes' : 'no'}`;
  return w(key, { material });
}
