/** What needs what: one act that is not done takes along those that need it, and nothing else. */
import { describe, expect, it } from 'vitest';
import type { Action, Judgement } from '../../src/sync/core';
import { Bench, intent, judged, page, pushed, sent, settled } from './bench';

const changes = (actions: Action[]): readonly Judgement[] =>
  actions.flatMap((action) => (action.do === 'judge' ? action.changes : []));

describe('an act that needs one that was not done', () => {
  it('is offered all the same, so that the centre keeps its words', () => {
    const bench = new Bench({ intents: [intent('a', 1, { state: 'refused' }), intent('b', 2, { needs: ['a'] })] });

    expect(pushed(bench.welcome())).toEqual([['b']]);
    expect(judged(bench.ack([{ id: 'b', verdict: 'refused', code: 'needs-refused' }]))).toEqual([['b', 'refused']]);
  });

  it('is set aside here when the server does not know the one it needs', () => {
    const bench = new Bench({ intents: [intent('a', 1, { state: 'refused' }), intent('b', 2, { needs: ['a'] })] });
    bench.welcome();

    const [change] = changes(bench.ack([{ id: 'b', verdict: 'held', code: 'after-pending' }]));

    expect(change).toMatchObject({ id: 'b', state: 'refused', code: 'needs-refused', params: { needs: ['a'] } });
  });

  it('is set aside, and what needs it in turn, when the person takes the first out of the tray', () => {
    const bench = new Bench({
      intents: [
        intent('a', 1, { state: 'quarantined' }),
        intent('b', 2, { needs: ['a'] }),
        intent('c', 3, { needs: ['b'] }),
        intent('d', 4),
      ],
    });

    expect(judged(bench.on({ on: 'removed', ids: ['a'] }))).toEqual([
      ['b', 'refused'],
      ['c', 'refused'],
    ]);
  });

  it('stays when it was replaced together with the one it needs', () => {
    const bench = new Bench({ intents: [intent('a', 1, { state: 'refused' }), intent('b', 2, { needs: ['a'] })] });

    expect(judged(bench.on({ on: 'removed', ids: ['a', 'b'] }))).toEqual([]);
  });
});

describe('an act that the server cannot read', () => {
  it('is left out of the answer: twice, and it is asked for and set aside; the others go on', () => {
    const bench = new Bench({ intents: [intent('bad', 1, { lane: 'x' }), intent('good', 2)] });
    bench.welcome();
    bench.frame({ t: 'error', code: 'unreadable-intent' });

    const again = bench.ack([{ id: 'good', verdict: 'applied', pos: 1 }]);

    expect([judged(again), pushed(again)]).toEqual([[['good', 'applied']], [['bad']]]);
    expect(sent(bench.ack([], 2))).toEqual([{ t: 'ask', ids: ['bad'] }]);
    expect(changes(bench.ack([], 0))).toMatchObject([{ id: 'bad', state: 'quarantined', code: 'malformed' }]);
  });

  it('is not set aside when the server knows it: something else closed the connection', () => {
    const bench = new Bench({ intents: [intent('good', 1)] });
    bench.welcome();
    bench.ack([], 1);
    bench.ack([], 2);

    const told = bench.ack([{ id: 'good', verdict: 'duplicate', pos: 3 }], 0);

    expect(judged(told)).toEqual([['good', 'applied']]);
  });
});

describe('an act whose effect shows in no row of this person', () => {
  it('is settled by a pull at the next minute', () => {
    const bench = new Bench({ intents: [intent('a', 1)] });
    bench.live();
    bench.ack([{ id: 'a', verdict: 'applied', pos: 12 }]);
    bench.now += 30_000;
    bench.frame({ t: 'ping' });
    bench.now += 30_000;

    const pull = sent(bench.on({ on: 'tick' }));
    const done = bench.committing(bench.frame(page({ cursor: 'c12', to: 12 })));

    expect(pull).toContainEqual({ t: 'pull', cursor: 'c9', credit: 2 });
    expect(settled(done)).toEqual(['a']);
  });
});

describe('an act held behind another', () => {
  const behind = (id: string, seq: number, after: string): ReturnType<typeof intent> =>
    intent(id, seq, { body: JSON.stringify({ id, seq, after: [after], args: {} }) });

  it('that this device does not owe any more comes after it no longer, in the words of its first offer', () => {
    const bench = new Bench({ intents: [behind('b', 2, 'gone')] });
    bench.welcome();

    const [change] = changes(bench.ack([{ id: 'b', verdict: 'held', code: 'after-pending' }]));

    expect(change?.after).toEqual([]);
    bench.now += 2_000;
    const again = sent(bench.on({ on: 'tick' }));
    const { body } = behind('b', 2, 'gone');
    expect(again).toEqual([{ t: 'push', b: 2, intents: [{ body, links: { after: [], needs: [] } }] }]);
  });

  it('that is still owed waits for it', () => {
    const bench = new Bench({ intents: [intent('a', 1), behind('b', 2, 'a')] });
    bench.welcome();

    const verdicts = [{ id: 'b', verdict: 'held' as const, code: 'after-pending' }];

    expect(changes(bench.ack(verdicts))[0]?.after).toBeNull();
  });

  it('names the last one of its lane before it that is still owed', () => {
    const bench = new Bench({ intents: [intent('a', 1), behind('c', 3, 'gone')] });
    bench.welcome();

    const verdicts = [{ id: 'c', verdict: 'held' as const, code: 'after-pending' }];

    expect(changes(bench.ack(verdicts))[0]?.after).toEqual(['a']);
  });

  it('that waits for a quarantined one does not wait along: only what needs it does', () => {
    const bench = new Bench({
      intents: [intent('bad', 1, { state: 'quarantined' }), intent('a', 2, { needs: ['bad'] }), behind('b', 3, 'a')],
    });
    expect(pushed(bench.welcome())).toEqual([['b']]);

    expect(changes(bench.ack([{ id: 'b', verdict: 'held', code: 'after-pending' }]))[0]?.after).toEqual([]);
  });
});
