/**
 * An OpenID Connect provider for tests: `node provider.mjs PORT REDIRECT_URI`.
 *
 * Whoever types a mobile number as their name has that number, verified; `unverified-NUMBER` has it without that, and any
 * other name has none. Its own pages for signing in take any password.
 */
import Provider from 'oidc-provider';

const [port, back] = process.argv.slice(2);
const NUMBER = /^(unverified-)?(1\d{10})$/;

function claimsOf(id) {
  const [, unverified, number] = NUMBER.exec(id) ?? [];
  return { sub: `account of ${id}`, ...(number ? { phone_number: `+86${number}`, phone_number_verified: !unverified } : {}) };
}

const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: 'doorstep',
      client_secret: 'a secret between the two',
      redirect_uris: [back],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  claims: { openid: ['sub'], phone: ['phone_number', 'phone_number_verified'] },
  cookies: { keys: ['of the tests'] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) => ({ accountId: id, claims: async () => claimsOf(id) }),
  pkce: { required: () => true },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
});

provider.listen(Number(port), 'localhost', () => console.log('ready'));
