// Autobahn|JS joins the example `authentication` by ticket, WAMP-CRA (salted too) and cryptosign, with right and wrong credentials.
// Usage: node authentication.js ws://127.0.0.1:8080/ws
'use strict';

const autobahn = require('autobahn');
const { Checks } = require('./checks.js');

const url = process.argv[2];
const checks = new Checks('authentication', 13);

// Joins, and gives the session's details or the reason of the refusal.
function join(options) {
  return new Promise((resolve) => {
    const connection = new autobahn.Connection({ url, realm: 'realm1', max_retries: 0, ...options });
    connection.onopen = (session, details) => {
      connection.onclose = () => true;
      connection.close();
      resolve({ authid: details.authid, authrole: details.authrole, authmethod: details.authmethod });
    };
    connection.onclose = (reason, details) => {
      resolve({ refused: (details && details.reason) || reason });
      return true;
    };
    connection.open();
  });
}

const ticket = (secret) => ({ authmethods: ['ticket'], onchallenge: () => secret });
const cra = (secret) => ({
  authmethods: ['wampcra'],
  onchallenge: (session, method, extra) => {
    const key = extra.salt ? autobahn.auth_cra.derive_key(secret, extra.salt, extra.iterations, extra.keylen) : secret;
    return autobahn.auth_cra.sign(key, extra.challenge);
  },
});
const nacl = require('tweetnacl');
const cryptosign = (seed) => {
  const pair = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(seed));
  return {
    authmethods: ['cryptosign'],
    authextra: { pubkey: autobahn.auth_cryptosign.public_key(pair), channel_binding: null },
    onchallenge: (session, method, extra) => autobahn.auth_cryptosign.sign_challenge(pair, extra),
  };
};

async function main() {
  const denied = { refused: 'wamp.error.authentication_denied' };
  checks.equal(await join({ authid: 'joe', ...ticket('joes ticket') }), { authid: 'joe', authrole: 'clerk', authmethod: 'ticket' }, 'the right ticket');
  checks.equal(await join({ authid: 'joe', ...ticket('peters secret') }), denied, 'a wrong ticket');
  checks.equal(await join({ authid: 'nobody', ...ticket('joes ticket') }), denied, 'a ticket of an unknown user');
  checks.equal(await join({ authid: 'peter', ...cra('peters secret') }), { authid: 'peter', authrole: 'clerk', authmethod: 'wampcra' }, 'the right secret');
  checks.equal(await join({ authid: 'peter', ...cra('joes ticket') }), denied, 'a wrong secret');
  checks.equal(await join({ authid: 'nobody', ...cra('peters secret') }), denied, 'a secret of an unknown user');
  checks.equal(await join({ authid: 'mary', ...cra('marys password') }), { authid: 'mary', authrole: 'manager', authmethod: 'wampcra' }, 'the right password, salted');
  checks.equal(await join({ authid: 'mary', ...cra('marys passwort') }), denied, 'a wrong password, salted');
  checks.equal(await join({ authid: 'alice', ...cryptosign(7) }), { authid: 'alice', authrole: 'manager', authmethod: 'cryptosign' }, 'the right key');
  checks.equal(await join(cryptosign(7)), { authid: 'alice', authrole: 'manager', authmethod: 'cryptosign' }, 'the right key, no authid claimed');
  checks.equal(await join({ authid: 'alice', ...cryptosign(8) }), denied, 'a wrong key');
  checks.equal(await join({}), { refused: 'wamp.error.no_matching_auth_method' }, 'no credentials');
  checks.equal((await join({ realm: 'lobby' })).authrole, 'anonymous', 'an open realm beside it');
  checks.end();
}

main().catch((error) => checks.end(`stopped by ${error && (error.stack || JSON.stringify(error))}`));
