// wampy joins the example `authentication` by ticket, WAMP-CRA (salted too) and cryptosign through its own helpers, in JSON, MessagePack and
// CBOR, with right and wrong credentials; joined, it calls itself through the router.
// Usage: node authentication_wampy.mjs ws://127.0.0.1:8080/ws
import { Wampy } from 'wampy';
import { CborSerializer } from 'wampy/CborSerializer.js';
import { JsonSerializer } from 'wampy/JsonSerializer.js';
import { MsgpackSerializer } from 'wampy/MsgpackSerializer.js';
import * as cryptosign from 'wampy/cryptosign.js';
import * as cra from 'wampy/wampcra.js';
import WebSocket from 'ws';
import checksModule from './checks.js';

const url = process.argv[2];
const checks = new checksModule.Checks('authentication by wampy', 30);
const pubkey = 'ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c';
const formats = { JSON: JsonSerializer, MessagePack: MsgpackSerializer, CBOR: CborSerializer };

// Joins, calls itself, and gives what the router said; or the reason of its refusal.
async function join(Serializer, options) {
  const methods = Object.keys(options.authPlugins || {});
  const wampy = new Wampy(url, {
    ws: WebSocket,
    realm: 'realm1',
    serializer: new Serializer(),
    maxRetries: 1,
    autoReconnect: false,
    authmethods: methods,
    authMode: 'auto',
    ...options,
  });
  try {
    const welcome = await wampy.connect();
    const procedure = `com.example.wampy.add${wampy.getSessionId()}`;
    await wampy.register(procedure, ({ argsList: [a, b] }) => ({ argsList: [a + b] }));
    const sum = await wampy.call(procedure, [19, 23]);
    await wampy.disconnect();
    const { authid, authrole, authmethod } = welcome;
    return [authid, authrole, authmethod, sum.argsList[0]];
  } catch (error) {
    return [error.errorUri || (error.error && error.error.errorUri) || String(error.message || error)];
  }
}

const ticket = (secret) => ({ authPlugins: { ticket: () => secret } });
const secret = (text) => ({ authPlugins: { wampcra: cra.sign(text) } });
const key = (octet) => ({ authextra: { pubkey }, authPlugins: { cryptosign: cryptosign.sign(octet.repeat(32)) } });

const denied = ['wamp.error.authentication_denied'];
for (const [name, Serializer] of Object.entries(formats)) {
  const check = async (options, expected, what) => checks.equal(await join(Serializer, options), expected, `${name}: ${what}`);
  await check({ authid: 'joe', ...ticket('joes ticket') }, ['joe', 'clerk', 'ticket', 42], 'the right ticket');
  await check({ authid: 'joe', ...ticket('peters secret') }, denied, 'a wrong ticket');
  await check({ authid: 'nobody', ...ticket('joes ticket') }, denied, 'a ticket of an unknown user');
  await check({ authid: 'peter', ...secret('peters secret') }, ['peter', 'clerk', 'wampcra', 42], 'the right secret');
  await check({ authid: 'peter', ...secret('joes ticket') }, denied, 'a wrong secret');
  await check({ authid: 'mary', ...secret('marys password') }, ['mary', 'manager', 'wampcra', 42], 'the right password, salted');
  await check({ authid: 'mary', ...secret('marys passwort') }, denied, 'a wrong password, salted');
  await check({ authid: 'alice', ...key('07') }, ['alice', 'manager', 'cryptosign', 42], 'the right key');
  await check({ authid: 'alice', ...key('08') }, denied, 'a wrong key');
  await check({}, ['wamp.error.no_matching_auth_method'], 'no credentials');
}
checks.end();
