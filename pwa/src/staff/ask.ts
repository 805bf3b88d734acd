/** What a question about the open case is asked with: the case, the colleagues, the centre's days. */
import { type ComputedRef, computed } from 'vue';
import { useNow } from '../clock';
import { useRows } from '../device/store';
import type { LocalRow } from '../device/types';
import { dateOf } from '../i18n/time';
import { session } from '../session';
import type { NoticeLine, Paper } from './checklist';
import { loadsOf } from './colleagues';
import type { Ask } from './forms';
import type { OpenCase } from './open-case';
import type { Clerk } from './queue';

interface About {
  row: LocalRow<'case'>;
  open: OpenCase;
  clerk: Clerk;
  papers: readonly Paper[];
  notice: readonly NoticeLine[];
}

/** Everything but what stands in the blanks, which the dialog knows. */
export function useAsk(about: About): ComputedRef<Omit<Ask, 'read'>> {
  const now = useNow();
  const colleagues = useRows('colleague');
  const queue = useRows('queue');
  const loads = computed(() => loadsOf(queue.value ?? []));

  function caseWords(id: string): string {
    const row = queue.value?.find((one) => one.id === id);
    return row ? `${row.body.applicant_masked}·${row.body.number}` : id.slice(-SHORT);
  }

  return computed(() => ({
    body: about.row.body,
    item: about.open.item.value,
    clerk: about.clerk,
    papers: about.papers,
    check: about.open.check.value,
    notice: about.notice,
    colleagues: colleagues.value ?? [],
    loads: loads.value,
    today: dateOf(now.value),
    days: session.centre?.days,
    caseWords,
  }));
}

/** As many characters of an id as tell cases apart. */
const SHORT = 8;
