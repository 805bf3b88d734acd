import { beforeEach, describe, expect, it } from 'vitest';
import { openOutbox } from '../../src/device/database';
import { Pages } from '../../src/device/pages';
import { endOf } from '../../src/device/tus';
import type { LocalPage } from '../../src/device/types';
import { type Transfer, type UploadEnd, Uploads } from '../../src/device/uploads';
import { freshIndexedDb } from './browser';

interface Running extends Transfer {
  file: string;
  stopped: boolean;
  end: (end: UploadEnd) => void;
  progress: (sent: number) => void;
}

let pages: Pages;
let running: Running[];
let now: number;
let timers: { job: () => void; at: number }[];
let sent: string[];
let answers: number;
let told: [string, number][];
let uploads: Uploads;
let pushed: Set<string>;
let early: Set<string>;

const page = (n: number, change: Partial<LocalPage> = {}): LocalPage => ({
  file: `p${n}`,
  lane: 'case',
  material: 'lease-contract',
  number: n,
  sha256: 's',
  size: 100,
  media_type: 'image/jpeg',
  warning: null,
  state: 'queued',
  sent: 0,
  intent: 'file',
  problem: null,
  added_at: `2026-11-20T10:0${n}:00.000Z`,
  ...change,
});

function start(): Uploads {
  return new Uploads({
    pages,
    carry: (one, _bytes, progress) => {
      let end: (how: UploadEnd) => void = () => undefined;
      const ended = new Promise<UploadEnd>((resolve) => {
        end = resolve;
      });
      const transfer: Running = {
        file: one.file,
        stopped: false,
        ended,
        end,
        progress,
        stop: () => undefined,
      };
      transfer.stop = () => {
        transfer.stopped = true;
      };
      running.push(transfer);
      return transfer;
    },
    mayGo: (one) => one.intent !== null && pushed.has(one.intent),
    early: (one) => early.has(one.lane),
    changed: (all) => told.push(...all.map((one): [string, number] => [one.file, one.sent])),
    sent: (one) => sent.push(one.file),
    answered: () => {
      answers += 1;
    },
    now: () => now,
    random: () => 0.5,
    setTimer: (job, ms) => timers.push({ job, at: now + ms }),
  });
}

beforeEach(async () => {
  freshIndexedDb();
  pages = new Pages(openOutbox('ann'));
  [running, timers, sent, told, answers, now] = [[], [], [], [], 0, 1_000_000];
  pushed = new Set(['file']);
  early = new Set();
  for (const n of [1, 2, 3]) await pages.add(page(n), new Uint8Array(100).buffer);
  uploads = start();
});

const going = (): string[] => running.map((one) => one.file);
async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await uploads.idle();
  }
}

async function begin(): Promise<void> {
  uploads.start();
  await settle();
}

async function end(file: string, how: UploadEnd): Promise<void> {
  running.findLast((one) => one.file === file)?.end(how);
  await settle();
}

describe('uploads', () => {
  it('go two at a time, oldest first', async () => {
    await begin();
    expect(going()).toEqual(['p1', 'p2']);

    await end('p1', { kind: 'sent' });

    expect([going(), sent]).toEqual([['p1', 'p2', 'p3'], ['p1']]);
    expect(await pages.get('p1')).toMatchObject({ state: 'sent', sent: 100 });
  });

  it('wait for the act that names them', async () => {
    pushed.clear();
    await begin();
    expect(going()).toEqual([]);

    pushed.add('file');
    uploads.look();
    await settle();

    expect(going()).toEqual(['p1', 'p2']);
  });

  it('never take a page that no act names', async () => {
    await pages.update('p1', { state: 'local', intent: null });
    await begin();

    expect(going()).toEqual(['p2', 'p3']);
  });

  it('are tried again after a while when the line is cut', async () => {
    await begin();
    await end('p1', { kind: 'failed' });
    expect([going(), (await pages.get('p1'))?.state, answers]).toEqual([['p1', 'p2', 'p3'], 'queued', 0]);

    await end('p2', { kind: 'sent' });
    now = timers[1]?.at ?? 0;
    timers[1]?.job();
    await settle();

    expect(going()).toEqual(['p1', 'p2', 'p3', 'p1']);
  });

  it('keep a page that the server will not take, and say why', async () => {
    await begin();
    await end('p1', { kind: 'refused', code: 'media-type' });

    expect(await pages.get('p1')).toMatchObject({ state: 'queued', problem: 'media-type' });
    expect(answers).toBe(1);
  });

  it('stop altogether until somebody signs in again', async () => {
    await begin();
    await end('p1', { kind: 'auth' });
    await end('p2', { kind: 'auth' });
    expect(going()).toEqual(['p1', 'p2']);

    uploads.look(true);
    await settle();

    expect(going()).toEqual(['p1', 'p2', 'p1', 'p2']);
  });

  it('give up a transfer that has not moved for 45 seconds, and try it again later', async () => {
    await begin();
    now += 30_000;
    running[1]?.progress(50);
    now += 20_000;
    uploads.look();
    await settle();
    const after = running.map((one) => [one.file, one.stopped]);
    now += 60_000;
    await end('p3', { kind: 'sent' });

    expect(after).toEqual([
      ['p1', true],
      ['p2', false],
      ['p3', false],
    ]);
    expect(going().at(-1)).toBe('p1');
  });

  it('notice by themselves that nothing moves any more', async () => {
    await begin();
    now += 46_000;
    timers[0]?.job();
    await settle();

    expect(running.slice(0, 2).map((one) => one.stopped)).toEqual([true, true]);
  });

  it('begin nothing while there is no way to the service', async () => {
    uploads.offline(true);
    await begin();
    expect(going()).toEqual([]);

    uploads.offline(false);
    await settle();

    expect(going()).toEqual(['p1', 'p2']);
  });

  it('send pages of a form that is not handed in after all others, and leave them to the form', async () => {
    await pages.update('p1', { state: 'local', intent: null, lane: 'form' });
    await begin();
    expect(going()).toEqual(['p2', 'p3']);

    early.add('form');
    await end('p2', { kind: 'sent' });
    expect(going()).toEqual(['p2', 'p3', 'p1']);
    await end('p1', { kind: 'sent' });

    expect(await pages.get('p1')).toMatchObject({ state: 'local', intent: null, sent: 100 });
    await end('p3', { kind: 'sent' });
    expect(going()).toEqual(['p2', 'p3', 'p1']);
  });

  it('tell how far each page is, four times a second at most', async () => {
    await begin();
    running[0]?.progress(10);
    running[0]?.progress(20);
    now += 300;
    running[0]?.progress(60);
    running[0]?.progress(100);

    expect(told).toEqual([
      ['p1', 10],
      ['p1', 60],
      ['p1', 100],
    ]);
  });

  it('go on after the browser was closed', async () => {
    await begin();
    uploads.stop();
    running = [];
    uploads = start();
    await begin();

    expect(going()).toEqual(['p1', 'p2']);
  });
});

describe('what an answer means', () => {
  it('only a clear and lasting no is a refusal', () => {
    const ends = [null, 401, 404, 409, 413, 415, 429, 460, 503].map(
      (status) => endOf(status, '{"code":"too-large"}').kind,
    );

    expect(ends).toEqual(['failed', 'auth', 'failed', 'failed', 'refused', 'refused', 'failed', 'failed', 'failed']);
  });

  it('the code of a refusal is the server’s', () => {
    expect(endOf(413, '{"code":"too-large","params":{}}')).toEqual({ kind: 'refused', code: 'too-large' });
    expect(endOf(413, '<html>')).toEqual({ kind: 'refused', code: 'file-refused' });
  });
});
