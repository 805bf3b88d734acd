/** The date that mattered at a moment, and how far away it was then. */
import type { State } from '../components/icons';
import { words } from '../i18n';
import type { DueDate, StatusBody } from '../protocol/generated';
import { spanWords } from './times';

const w = words(
  {
    respond: '申请人最晚什么时候补',
    promised: '最晚办好',
    answer: '最晚答复',
    estimate: '照片这时到齐的话，最晚答复',
    left: '那时还有 {span}',
    over: '那时已超期 {span}',
    'in-time': '比期限早 {span}决定',
    late: '比期限晚 {span}决定',
  },
  {
    respond: 'To be corrected by',
    promised: 'To be done by',
    answer: 'To be answered by',
    estimate: 'If the photographs had arrived now, to be answered by',
    left: '{span} left at that moment',
    over: '{span} late at that moment',
    'in-time': 'Decided {span} ahead of it',
    late: 'Decided {span} after it',
  },
);

/** Attributes: `words` what the date is for; `verdict` how far away it was; `state` late only if it had passed. */
export interface DueThen {
  readonly due: DueDate;
  readonly words: string;
  readonly verdict: string;
  readonly state: State;
}

/** The date that mattered at `instant`; null where none ran, as after a withdrawal. */
export function dueThen(view: StatusBody, instant: string): DueThen | null {
  const running = runningDue(view);
  if (running) return judged(running.due, running.words, instant, { stopped: false, state: running.state });
  const due = view.promised ?? view.answer_by;
  if (!view.decision || !due) return null;
  const what = w(view.promised ? 'promised' : 'answer');
  return judged(due, what, view.decision.at, { stopped: true, state: 'done' });
}

function runningDue(view: StatusBody): { due: DueDate; words: string; state: State } | null {
  const notice = view.notices.find((one) => one.answered_at === null);
  switch (view.status) {
    case 'correction':
      return notice ? { due: notice.respond_by, words: w('respond'), state: 'you' } : null;
    case 'accepted':
      return view.promised && { due: view.promised, words: w('promised'), state: 'office' };
    case 'filed':
      // Photographs of a supplement are on their way: the clock stands still until they are here.
      return view.received_at ? null : view.answer_by && { due: view.answer_by, words: w('estimate'), state: 'office' };
    case 'received':
      return view.answer_by && { due: view.answer_by, words: w('answer'), state: 'office' };
    default:
      return null;
  }
}

function judged(
  due: DueDate,
  what: string,
  instant: string,
  { stopped, state }: { stopped: boolean; state: State },
): DueThen {
  const seconds = (Date.parse(due.at) - Date.parse(instant)) / 1000;
  const isLate = seconds < 0;
  const verdict = stopped
    ? w(isLate ? 'late' : 'in-time', { span: spanWords(seconds) })
    : w(isLate ? 'over' : 'left', { span: spanWords(seconds) });
  return { due, words: what, verdict, state: isLate ? 'late' : state };
}
