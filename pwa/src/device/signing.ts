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

/** How long a connection waits for the centre to take the key. */
const INTRODUCED_MS = 3_000;

const utf8 = new TextEncoder();

function base64url(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * The device's key, made where there is none, or none that can be used any more; null where the browser can neither make nor keep
 * one.
 */
export async function openSigner(outbox: Outbox, person: string, device: string): Promise<Signer | null> {
  if (!globalThis.crypto?.subtle) return null;
  const there = await outbox.key().then(usable, () => 'spoilt' as const);
  const instead = there === 'spoilt';
  const kept =
    there && there !== 'spoilt'
      ? there
      : ((await made(outbox, 'ed25519', instead)) ?? (await made(outbox, 'es256', instead)));
  return kept && new Signer(kept, outbox, person, device);
}

/** The key, if a trial shows that it signs. */
async function usable(key: KeptKey | null): Promise<KeptKey | 'spoilt' | null> {
  if (!key) return null;
  return signed(key, 'trial').then(
    () => key,
    () => 'spoilt',
  );
}

/** A fresh key, kept; or the one that another tab has kept meanwhile. */
async function made(outbox: Outbox, algorithm: Algorithm, instead: boolean): Promise<KeptKey | null> {
  try {
    const pair = (await crypto.subtle.generateKey(MAKING[algorithm], false, ['sign', 'verify'])) as CryptoKeyPair;
    return await outbox.keepKey({ algorithm, pair, registered: '' }, instead);
  } catch {
    return null;
  }
}

async function signed({ algorithm, pair }: KeptKey, said: string): Promise<string> {
  return base64url(await crypto.subtle.sign(SIGNING[algorithm], pair.privateKey, utf8.encode(said)));
}

export class Signer {
  /** Signatures by intent: ECDSA gives another each time, and an intent that looks changed would be offered anew. */
  private readonly known = new Map<string, { body: string; sig: string }>();
  /** Asked since the last sign-in, and told that the person must show first who they are. */
  private turnedDown = false;
  private introducing: Promise<void> | null = null;
  /** The centre has said that it takes nothing without a signature that it knows: there is no use in going on before. */
  private demanded = false;
  /** Counts sign-ins: what was answered before the last says nothing of now. */
  private signIns = 0;

  constructor(
    private readonly kept: KeptKey,
    private readonly outbox: Outbox,
    private readonly person: string,
    private readonly device: string,
  ) {}

  /** The signature of an act as it travels; null if the browser gives none now, so that the act waits and is not lost. */
  async sign(act: Pick<OutboxEntry, 'id' | 'lane' | 'type' | 'body'>): Promise<string | null> {
    return this.made(act).catch(() => null);
  }

  private async made({ id, lane, type, body }: Parameters<Signer['sign']>[0]): Promise<string> {
    const known = this.known.get(id);
    if (known?.body === body) return known.sig;
    const digest = hex(await crypto.subtle.digest('SHA-256', utf8.encode(body)));
    const sig = await signed(this.kept, `doorstep intent 1\n${id}\n${lane}\n${type}\n${digest}\n`);
    this.known.set(id, { body, sig });
    return sig;
  }

  /** Forgets the signatures of acts that are gone. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.known.keys()) if (!ids.has(id)) this.known.delete(id);
  }

  /**
   * Tells the centre the public half, unless it knows it. The centre takes it for some minutes after a sign-in; later it waits for
   * the next one, and until then nothing needs to be signed. Waits no longer than `INTRODUCED_MS`: rows may come without it.
   */
  introduce(env: Env): Promise<void> {
    if (this.kept.registered === this.device || (this.turnedDown && !this.introducing)) return Promise.resolve();
    const enough = new Promise<void>((resolve) => env.setTimer(resolve, INTRODUCED_MS));
    const running = this.introducing ?? this.introduced(env).catch(() => undefined);
    this.introducing = running;
    void running.then(() => {
      if (this.introducing === running) this.introducing = null;
    });
    return this.demanded ? running : Promise.race([running, enough]);
  }

  private async introduced(env: Env): Promise<void> {
    const { algorithm, pair } = this.kept;
    const { signIns } = this;
    const answer = await registerKey(env, this.device, {
      algorithm,
      public: base64url(await crypto.subtle.exportKey('raw', pair.publicKey)),
      proof: await signed(this.kept, `doorstep device key 1\n${this.person}\n${this.device}\n`),
    });
    if (answer === 'taken') {
      await this.note(this.device);
      this.demanded = false;
    } else if (answer === 'refused' && signIns === this.signIns) this.turnedDown = true;
  }

  /** The person has signed in: the centre may take the key now. */
  signedIn(): void {
    this.signIns += 1;
    this.turnedDown = false;
    this.introducing = null;
  }

  /** Settles when the centre has answered whether it takes the key. */
  async idle(): Promise<void> {
    await this.introducing;
  }

  /** The centre knows another key, or none. */
  async unknown(): Promise<void> {
    this.demanded = true;
    await this.note('');
  }

  private async note(registered: string): Promise<void> {
    this.kept.registered = registered;
    await this.outbox.keepKey(this.kept, true);
  }
}
