// Churn with Autobahn|JS, which drops its connection when an EVENT or INVOCATION comes for an id it has forgotten:
// subscriptions and registrations come and go while others publish and call at full speed.
// Usage: node churn.js ws://127.0.0.1:8080/ws [seconds]
'use strict';

const autobahn = require('autobahn');
const { Checks } = require('./checks.js');

const url = process.argv[2];
const seconds = Number(process.argv[3] || 5);
const checks = new Checks('churn', 4);
const TOPIC = 'com.example.churn.topic';
const PROCEDURE = 'com.example.churn.procedure';

function open(serializer) {
  return new Promise((resolve, reject) => {
    const connection = new autobahn.Connection({ url, realm: 'realm1', serializers: [serializer], max_retries: 0 });
    connection.onopen = (session) => resolve({ connection, session });
    connection.onclose = (reason, details) => {
      lost.push(`${reason} ${details && (details.reason || details.message)}`);
      reject(new Error(reason));
      return true;
    };
    connection.open();
  });
}

const lost = [];

async function main() {
  const peers = [];
  for (let i = 0; i < 6; i += 1) {
    peers.push(await open(i % 2 ? new autobahn.serializer.JSONSerializer() : new autobahn.serializer.MsgpackSerializer()));
  }
  const [publisher, caller, ...churners] = peers.map((peer) => peer.session);
  const until = Date.now() + seconds * 1000;
  const counts = { published: 0, events: 0, calls: 0, answered: 0, cycles: 0 };

  async function publish() {
    while (Date.now() < until) {
      for (let i = 0; i < 20; i += 1) publisher.publish(TOPIC, [i]);
      await publisher.publish(TOPIC, ['last'], {}, { acknowledge: true });
      counts.published += 21;
    }
  }
  async function call() {
    while (Date.now() < until) {
      const calls = [];
      for (let i = 0; i < 20; i += 1) calls.push(caller.call(PROCEDURE, [i]).then(() => { counts.answered += 1; }, () => {}));
      await Promise.all(calls);
      counts.calls += calls.length;
    }
  }
  async function churn(session) {
    while (Date.now() < until) {
      const subscription = await session.subscribe(TOPIC, () => { counts.events += 1; });
      const registration = await session.register(PROCEDURE, (args) => args[0], { invoke: 'roundrobin' });
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([session.unsubscribe(subscription), session.unregister(registration)]);
      counts.cycles += 1;
    }
  }
  await Promise.all([publish(), call(), ...churners.map(churn)]);

  console.log(`  ${JSON.stringify(counts)}`);
  checks.ok(counts.cycles > 20, `subscriptions and registrations came and went (${counts.cycles} times)`);
  checks.ok(counts.events > 100, `events arrived meanwhile (${counts.events})`);
  checks.ok(counts.answered > 100, `calls were answered meanwhile (${counts.answered} of ${counts.calls})`);
  checks.equal(lost, [], 'no session was lost');
  for (const peer of peers) {
    peer.connection.onclose = () => true;
    peer.connection.close();
  }
  checks.end();
}

main().catch((error) => checks.end(`stopped by ${error && (error.stack || JSON.stringify(error))}; lost: ${lost}`));
