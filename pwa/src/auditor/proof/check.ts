/** Checks a receipt, the code of a printed one, or an export, with nothing of the service's but the key of its log. */
import type { Params } from '../../i18n';
import { decoded } from '../../proof/bytes';
import { type Checkpoint, checkpointOf, type Keys, opened, proofOf } from '../../proof/notes';
import { fromHex, hash, hex, leafOf, rootOf, rootOfPath, type SignedEvent, same } from '../../proof/tree';
import { Unreadable, Wrong } from '../../proof/wrong';
import { type Found, proofWords } from './words';

/** What was found: 0 in order, 1 not in order, 2 cannot be checked, as the verifier's exit status; and its sentence. */
export interface Verdict {
  readonly status: 0 | 1 | 2;
  readonly found: Found;
  readonly params: Params;
}

/** What an export holds, by name. */
export type Held = ReadonlyMap<string, Uint8Array>;

const FILES = 'files/';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const RENDERED: readonly string[] = ['result.rendered', 'paper.rendered'];

/** The sentence of a verdict in the language that is on. */
export function sentenceOf({ status, found, params }: Verdict): string {
  if (status === 0) return proofWords(found, params);
  return proofWords(status === 1 ? 'wrong' : 'unreadable', { why: proofWords(found, params) });
}

/** The same verdict with its time and the log's name as people read them. */
export function forPeople(verdict: Verdict, time: (instant: string) => string): Verdict {
  const { when, name, ...others } = verdict.params;
  const shown = {
    ...others,
    ...(when === undefined ? {} : { when: time(String(when)) }),
    ...(name === undefined ? {} : { name: String(name).replace(/([0-9a-f]{8})-[0-9a-f-]+/g, '$1…') }),
  };
  return { ...verdict, params: shown };
}

/** Checks the text of a receipt or of its code. */
export function checkReceipt(said: string, keys: Keys): Verdict {
  return judged(() => {
    const code = codeOf(said);
    return code ? ofCode(code, keys) : ofReceipt(said, keys);
  });
}

/** Checks an export, of a log or of a case. */
export function checkExport(held: Held, keys: Keys): Verdict {
  return judged(() => {
    const { note, lines } = textsOf(held);
    const checkpoint = checkpointOf(opened(note, keys));
    return lines[0]?.includes('"index":') ? ofCase(held, lines, checkpoint) : ofLog(lines, checkpoint);
  });
}

function judged(check: () => [Found, Params]): Verdict {
  try {
    const [found, params] = check();
    return { status: 0, found, params };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { status: error instanceof Unreadable ? 2 : 1, found: error.why, params: error.params };
  }
}

interface Code {
  readonly number: string;
  readonly leaf: string;
  readonly proof: string;
}

/** What the code of a printed receipt holds: see `code_of` in `verifier/verify.py`. */
export function codeOf(given: string): Code | null {
  const fragment = /#(doorstep_receipt_1~.*)$/s.exec(given.trim())?.[1];
  const said = fragment ? fragment.replaceAll('~', '\n').replaceAll('_', ' ').replaceAll('*', '\u2014') : given;
  const [first, number, leaf, ...proof] = said.split('\n');
  if (first !== 'doorstep receipt 1' || number === undefined || leaf === undefined || !proof.length) return null;
  return { number, leaf, proof: proof.join('\n') };
}

function ofCode({ number: of, leaf, proof }: Code, keys: Keys): [Found, Params] {
  if (!/^[0-9a-f]{64}$/.test(leaf)) throw new Wrong('no-fingerprint');
  const { number, size, root, name, path } = proofOf(proof, keys);
  if (!same(rootOfPath(fromHex(leaf), number, size, path), root)) throw new Wrong('code-not-in-log');
  return ['code', { case: of, leaf: leaf.slice(0, 8), number, size, name }];
}

function ofReceipt(said: string, keys: Keys): [Found, Params] {
  const { event, proof, when } = receiptOf(said);
  const { number, size, root, name, path } = proofOf(proof, keys);
  if (!names(name, event.origin)) throw new Wrong('other-log');
  if (!same(rootOfPath(leafOf(event), number, size, path), root)) throw new Wrong('not-in-log');
  return when ? ['receipt', { when, number, size, name }] : ['receipt-bare', { number, size, name }];
}

function receiptOf(said: string): { event: SignedEvent; proof: string; when: string } {
  const held = recordOf(said);
  const event = held && isRecord(held['event']) ? held['event'] : null;
  const known = event && eventOf(event);
  const proof = held?.['proof'];
  if (!known || typeof proof !== 'string') throw new Unreadable('no-receipt');
  return { event: known, proof, when: String(event['recorded_at'] ?? '') };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordOf(said: string): Readonly<Record<string, unknown>> | null {
  try {
    const held: unknown = JSON.parse(said);
    return isRecord(held) ? held : null;
  } catch {
    return null;
  }
}

function eventOf(held: Readonly<Record<string, unknown>>): SignedEvent | null {
  const { origin, stream, version, tag, stored } = held;
  const texts = [origin, stream, tag, stored].every((one) => typeof one === 'string');
  if (!texts || !UUID.test(String(stream)) || !Number.isSafeInteger(version) || Number(version) < 0) return null;
  return {
    origin: String(origin),
    stream: String(stream),
    version: Number(version),
    tag: String(tag),
    stored: decoded(String(stored)),
  };
}

/** Whether a log of that name holds events of that origin; it goes on under another name after it was restored. */
function names(name: string, origin: string): boolean {
  return `${name}/`.startsWith(`doorstep/${origin}/`);
}

function textsOf(held: Held): { note: string; lines: string[] } {
  const [note, events] = [held.get('checkpoint'), held.get('events.jsonl')];
  if (!note || !events) throw new Unreadable('no-export');
  try {
    const strict = new TextDecoder('utf-8', { fatal: true });
    return { note: strict.decode(note), lines: strict.decode(events).split('\n').filter(Boolean) };
  } catch {
    throw new Unreadable('no-export');
  }
}

interface Line {
  readonly event: SignedEvent;
  readonly leaf: Uint8Array;
  readonly held: Readonly<Record<string, unknown>>;
}

function lineOf(line: string, at: number, name: string): Line {
  const held = recordOf(line);
  const event = held && eventOf(held);
  if (!event) throw new Wrong('event-unreadable', { at });
  const leaf = leafOf(event);
  if (held['leaf'] !== undefined && held['leaf'] !== hex(leaf)) throw new Wrong('event-altered', { at });
  if (!names(name, event.origin)) throw new Wrong('event-other-log', { at });
  return { event, leaf, held };
}

function ofLog(lines: readonly string[], { name, size, root }: Checkpoint): [Found, Params] {
  const leaves: Uint8Array[] = [];
  let since = 0;
  lines.forEach((line, at) => {
    const { event, leaf } = lineOf(line, at, name);
    if (event.tag === 'log.restored') {
      requireRestored(at, event.stored, leaves.slice(since));
      since = at;
    }
    leaves.push(leaf);
  });
  const here = leaves.slice(since);
  if (here.length < size) throw new Wrong('fewer', { n: size - here.length, size });
  if (here.length > size) throw new Wrong('more', { n: here.length - size });
  if (!same(rootOf(here), root)) throw new Wrong('not-those');
  return [since ? 'log-restored' : 'log', { size: leaves.length, name }];
}

function requireRestored(at: number, stored: Uint8Array, before: readonly Uint8Array[]): void {
  const fact = factOf(stored);
  if (!fact) throw new Wrong('event-unreadable', { at });
  if (fact['size'] !== before.length || fact['root'] !== hex(rootOf(before)))
    throw new Wrong('before-restored', { at });
}

function factOf(stored: Uint8Array): Readonly<Record<string, unknown>> | null {
  const fact = recordOf(new TextDecoder().decode(stored))?.['fact'];
  return isRecord(fact) ? fact : null;
}

function ofCase(held: Held, lines: readonly string[], { name, size, root }: Checkpoint): [Found, Params] {
  const versions = new Map<string, number>();
  const stored = new Map<string, string>();
  let older = 0;
  lines.forEach((line, at) => {
    const { event, leaf, held: told } = lineOf(line, at, name);
    if ((told['index'] ?? null) === null) older += 1;
    else {
      const { number, path } = pathOf(told, at);
      const proven = number < size && same(rootOfPath(leaf, number, size, path), root);
      if (!proven) throw new Wrong('event-not-in-log', { at });
    }
    if (event.version !== (versions.get(event.stream) ?? 0) + 1) throw new Wrong('event-before-missing', { at });
    versions.set(event.stream, event.version);
    noteFiles(event, stored);
  });
  const params = { n: lines.length - older, size, name, files: againstFiles(held, stored), older };
  return [older ? 'case-older' : 'case', params];
}

function pathOf({ index, path }: Readonly<Record<string, unknown>>, at: number) {
  if (!Number.isSafeInteger(index) || Number(index) < 0 || !Array.isArray(path))
    throw new Wrong('event-unreadable', { at });
  return { number: Number(index), path: path.map((one) => decoded(String(one))) };
}

/** Hashes of the files that an event names: photographs by their id, results and letters by their event. */
function noteFiles(event: SignedEvent, stored: Map<string, string>): void {
  const fact = event.tag === 'file.stored' || RENDERED.includes(event.tag) ? factOf(event.stored) : null;
  if (!fact) return;
  const file = event.tag === 'file.stored' ? String(fact['file']) : `${event.stream}-${event.version}`;
  stored.set(file, String(fact['sha256']));
}

function againstFiles(held: Held, stored: ReadonlyMap<string, string>): number {
  const files = [...held].filter(([name]) => name.startsWith(FILES) && name !== FILES);
  for (const [file, content] of files) {
    const known = stored.get(file.slice(FILES.length).replace(/\.[^.]*$/, ''));
    if (known === undefined) throw new Wrong('file-of-none', { file });
    if (hex(hash(content)) !== known) throw new Wrong('file-altered', { file });
  }
  return files.length;
}
