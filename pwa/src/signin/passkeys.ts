/** Passkeys as the browser makes and shows them (W3C Web Authentication), in the JSON that the service speaks. */
import { ApiError, post } from '../api';

interface Descriptor {
  id: string;
  type: PublicKeyCredentialType;
}
interface Creation {
  rp: PublicKeyCredentialRpEntity;
  user: { id: string; name: string; displayName: string };
  challenge: string;
  pubKeyCredParams: PublicKeyCredentialParameters[];
  timeout?: number;
  excludeCredentials?: Descriptor[];
  authenticatorSelection?: AuthenticatorSelectionCriteria;
  attestation?: AttestationConveyancePreference;
}
interface Request {
  challenge: string;
  rpId: string;
  timeout?: number;
  allowCredentials?: Descriptor[];
  userVerification?: UserVerificationRequirement;
}

/** Whether this browser, at this address, has passkeys at all. */
export const hasPasskeys = (): boolean => typeof PublicKeyCredential === 'function' && globalThis.isSecureContext;

/** Makes a passkey of that name for whoever is signed in. @throws ApiError; `passkey-not-shown` when it was called off, `passkey-is-here` */
export async function addPasskey(name: string): Promise<void> {
  const said = await post<Creation>('/api/passkeys/options');
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        ...said,
        challenge: bytes(said.challenge),
        user: { ...said.user, id: bytes(said.user.id) },
        excludeCredentials: (said.excludeCredentials ?? []).map(described),
      },
    }),
  );
  const response = made.response as AuthenticatorAttestationResponse;
  const shown = {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  };
  await post('/api/passkeys', { credential: told(made, shown), name });
}

/** Has the person show a passkey, as `path` asks for it. @throws ApiError; `passkey-not-shown` when it was called off */
export async function showPasskey(path: string, signal?: AbortSignal): Promise<Record<string, unknown>> {
  const said = await post<Request>(path);
  const one = await asked(() =>
    navigator.credentials.get({
      ...(signal ? { signal } : {}),
      publicKey: {
        ...said,
        challenge: bytes(said.challenge),
        allowCredentials: (said.allowCredentials ?? []).map(described),
      },
    }),
  );
  const response = one.response as AuthenticatorAssertionResponse;
  return told(one, {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    userHandle: response.userHandle ? text(response.userHandle) : null,
  });
}

/** What the person's device gave; browsers do not say whether it was called off or there is none. */
async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const one = await ask();
    if (one) return one as PublicKeyCredential;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'InvalidStateError') throw new ApiError('passkey-is-here');
    if (!(error instanceof DOMException)) throw error;
  }
  throw new ApiError('passkey-not-shown');
}

function told(one: PublicKeyCredential, response: Record<string, unknown>): Record<string, unknown> {
  return { id: one.id, rawId: text(one.rawId), type: one.type, response, clientExtensionResults: {} };
}

const described = (one: Descriptor): PublicKeyCredentialDescriptor => ({ type: one.type, id: bytes(one.id) });

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(signs).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
