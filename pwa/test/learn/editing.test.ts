import { describe, expect, it } from 'vitest';
import { keptOf } from '../../src/learn/edit/kept';
import { allPoints, blankScenario, blankStep, lackingOf } from '../../src/learn/practice/editing';

const whole = () => {
  const scenario = { ...blankScenario(), id: 'sim-a', title_zh: '题', background_zh: '背景', item_ids: ['elder-card'] };
  const step = { ...blankStep(1), happens_zh: '来了', rule_zh: '要点' };
  step.wrong = [{ action: 'decline-case', feedback_zh: '不对', feedback_en: '' }];
  return { ...scenario, steps: [step] };
};

describe('a scenario that is being written', () => {
  it('lacks nothing once every field is there', () => {
    expect(lackingOf(whole())).toEqual([]);
  });

  it('lacks numbers that were emptied, and words of what can be said', () => {
    const scenario = whole();
    const [step] = scenario.steps;
    if (!step) throw new Error('no step');
    step.points = '' as unknown as number;
    step.choices = [{ action: 'explain', args: {}, text_zh: ' ', text_en: '' }];
    scenario.minutes = '' as unknown as number;

    expect(allPoints(scenario)).toBe(0);
    expect(lackingOf(scenario)).toEqual([
      { field: 'minutes', step: 0 },
      { field: 'points', step: 1 },
      { field: 'choice', step: 1 },
      { field: 'pass', step: 0 },
    ]);
  });

  it('lacks the right thing to say, days that go by, and who somebody is', () => {
    const scenario = { ...whole(), person: { name: '', birth: '1980-01-01', sex: 'male' as const, home: '社区' } };
    const [step] = scenario.steps;
    if (!step) throw new Error('no step');
    step.expected = { action: 'explain', args: {} };
    step.plays = [{ do: 'wait', days: 0 }];
    scenario.starts = { weekday: 1, time: '' };

    expect(lackingOf(scenario)).toEqual([
      { field: 'time', step: 0 },
      { field: 'person', step: 0 },
      { field: 'right', step: 1 },
      { field: 'plays', step: 1 },
    ]);
  });
});

describe('what was written and not published', () => {
  it('goes on where it stopped, unless a colleague has published a version since', () => {
    expect(keptOf({ version: 2, draft: { id: 'c' } }, 2)).toEqual({ id: 'c' });
    expect(keptOf({ version: 2, draft: { id: 'c' } }, 3)).toBeNull();
    expect(keptOf(null, 0)).toBeNull();
  });
});
