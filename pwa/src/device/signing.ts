/**
 * The key with which this device signs what a member of staff does on it: Ed25519, or ECDSA on P-256 where the browser has none. The
 * browser gives its secret half to nobody; it lies beside the outbox, and goes with it.
 */
import type { Env } from './env';
import type { Outbox } from './outbox';
import { registerKey } from './service';
import type { OutboxEntry } from './types';

type Algorithm = 'ed25519' | 'es256';

/** What is kept of a key. */
export interface KeptKey {
  algorithm: Algorithm;
  pair: CryptoKeyPair;
  /** The device under whose id the centre knows it, empty while it does not. */
  registered: string;
}

const MAKING: Record<Algorithm, EcKeyGenParams | { name: 'Ed25519' }> = {
  ed25519: { name: 'Ed25519' },
  es256: { name: 'ECDSA', namedCurve: 'P-256' },
};
const SIGNING: Record<Algorithm, EcdsaParams | { name: 'Ed25519' }> = {
  ed25519: { name: 'Ed25519' },
  es256: { name: 'ECDSA', hash: 'SHA-256' },
};

const utf8 = new TextEncoder();

function base64url(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The device's key, made where there is none; null where the browser can neither make nor keep one. */
export async function openSigner(outbox: Outbox, person: string, device: string): Promise<Signer | null> {
  if (!globalThis.crypto?.subtle) return null;
  const kept = (await outbox.key()) ?? (await made(outbox, 'ed25519')) ?? (await made(outbox, 'es256'));
  return kept && new Signer(kept, outbox, person, device);
}

/** A fresh key, kept; or the one that another tab has kept meanwhile. */
async function made(outbox: Outbox, algorithm: Algorithm): Promise<KeptKey | null> {
  try {
    const pair = (await crypto.subtle.generateKey(MAKING[algorithm], false, ['sign', 'verify'])) as CryptoKeyPair;
    return await outbox.keepKey({ algorithm, pair, registered: '' });
  } catch {
    return null;
  }
}

export class Signer {
  /** Signatures by intent: ECDSA gives another each time, and an intent that looks changed would be offered anew. */
  private readonly known = new Map<string, { body: string; sig: string }>();
  /** Asked since the last sign-in, and told that the person must show first who they are. */
  private turnedDown = false;

  constructor(
    private readonly kept: KeptKey,
    private readonly outbox: Outbox,
    private readonly person: string,
    private readonly device: string,
  ) {}

  /** The signature of an act as it travels. */
  async sign({ id, lane, type, body }: Pick<OutboxEntry, 'id' | 'lane' | 'type' | 'body'>): Promise<string> {
    const known = this.known.get(id);
    if (known?.body === body) return known.sig;
    const digest = hex(await crypto.subtle.digest('SHA-256', utf8.encode(body)));
    const sig = await this.signed(`doorstep intent 1\n${id}\n${lane}\n${type}\n${digest}\n`);
    this.known.set(id, { body, sig });
    return sig;
  }

  /** Forgets the signatures of acts that are gone. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.known.keys()) if (!ids.has(id)) this.known.delete(id);
  }

  /**
   * Tells the centre the public half, unless it knows it. The centre takes it for some minutes after a sign-in; later it waits for
   * the next one, and until then nothing needs to be signed.
   */
  async introduce(env: Env): Promise<void> {
    if (this.turnedDown || this.kept.registered === this.device) return;
    const { algorithm, pair } = this.kept;
    const answer = await registerKey(env, this.device, {
      algorithm,
      public: base64url(await crypto.subtle.exportKey('raw', pair.publicKey)),
      proof: await this.signed(`doorstep device key 1\n${this.person}\n${this.device}\n`),
    });
    if (answer === 'taken') await this.note(this.device);
    this.turnedDown = answer === 'refused';
  }

  /** The person has signed in: the centre may take the key now. */
  signedIn(): void {
    this.turnedDown = false;
  }

  /** The centre knows another key, or none. */
  async unknown(): Promise<void> {
    await this.note('');
  }

  private async note(registered: string): Promise<void> {
    this.kept.registered = registered;
    await this.outbox.keepKey(this.kept, true);
  }

  private async signed(said: string): Promise<string> {
    const { algorithm, pair } = this.kept;
    return base64url(await crypto.subtle.sign(SIGNING[algorithm], pair.privateKey, utf8.encode(said)));
  }
}
