// Autobahn|JS in Node as caller, callee, publisher and subscriber of our router, with the components of `hello`.
// Usage: node four_roles.js ws://127.0.0.1:8080/ws json|msgpack|cbor
'use strict';

const autobahn = require('autobahn');
const { Checks } = require('./checks.js');

const [url, format] = process.argv.slice(2);
const serializers = {
  json: () => new autobahn.serializer.JSONSerializer(),
  msgpack: () => new autobahn.serializer.MsgpackSerializer(),
  cbor: () => new autobahn.serializer.CBORSerializer(),
};
const checks = new Checks(`four roles, ${format}`, 21);

function open() {
  return new Promise((resolve, reject) => {
    const connection = new autobahn.Connection({
      url,
      realm: 'realm1',
      serializers: [serializers[format]()],
      max_retries: 0,
    });
    connection.onopen = (session) => resolve({ connection, session });
    connection.onclose = (reason, details) => {
      reject(new Error(`closed: ${reason} ${details && details.reason}`));
      return true;
    };
    connection.open();
  });
}

// The next event of a topic, as a promise.
async function once(session, topic, options) {
  let resolve;
  const event = new Promise((r) => { resolve = r; });
  const subscription = await session.subscribe(topic, (args, kwargs, details) => resolve({ args, kwargs, details }), options);
  return { event, subscription };
}

async function failure(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return error;
  }
}

async function main() {
  const [alice, bob] = [await open(), await open()];
  checks.ok(alice.session.id > 0 && alice.session.id !== bob.session.id, 'two sessions join, each with an id of its own');

  // PubSub between two foreign sessions.
  const own = await once(bob.session, 'com.example.interop.topic');
  const publication = await alice.session.publish('com.example.interop.topic', ['hello', 7], { text: 'käse', deep: [1, [2, { three: 3 }]] }, { acknowledge: true });
  checks.ok(publication.id > 0, 'an acknowledged publication gets an id');
  const event = await own.event;
  checks.equal(event.args, ['hello', 7], 'the event has the positional arguments');
  checks.equal(event.kwargs, { text: 'käse', deep: [1, [2, { three: 3 }]] }, 'the event has the keyword arguments');
  await bob.session.unsubscribe(own.subscription);
  checks.ok(!own.subscription.active, 'a subscription can be ended');

  const prefix = await once(bob.session, 'com.example.interop', { match: 'prefix' });
  await alice.session.publish('com.example.interop.any.thing', ['p'], {}, { acknowledge: true });
  checks.equal((await prefix.event).details.topic, 'com.example.interop.any.thing', 'a prefix subscription learns the topic');

  // RPC between two foreign sessions.
  const registration = await alice.session.register('com.example.interop.reverse', (args, kwargs, details) => {
    if (args.length === 0) {
      throw new autobahn.Error('com.example.interop.error.nothing', ['nothing to reverse'], { code: 17 });
    }
    return new autobahn.Result([...args].reverse(), { count: args.length });
  });
  checks.ok(registration.id > 0, 'a procedure is registered');
  const reversed = await bob.session.call('com.example.interop.reverse', [1, 'two', [3]]);
  checks.equal([reversed.args, reversed.kwargs], [[[3], 'two', 1], { count: 3 }], 'a foreign callee answers a foreign caller');
  const nothing = await failure(bob.session.call('com.example.interop.reverse', []));
  checks.equal([nothing.error, nothing.args, nothing.kwargs], ['com.example.interop.error.nothing', ['nothing to reverse'], { code: 17 }], "a callee's error reaches the caller with its payload");

  // Our components.
  checks.equal(await bob.session.call('com.example.calc.add2', [2, 3]), 5, 'a Rust component answers');
  checks.equal(await bob.session.call('com.example.calc.add2', [], { a: 20, b: 22 }), 42, 'by keyword too');
  const division = await failure(bob.session.call('com.example.calc.divide', [1, 0]));
  checks.equal(division.error, 'com.example.calc.error.division_by_zero', "a Rust component's error has its URI");
  const wrong = await failure(bob.session.call('com.example.calc.add2', ['two', 3]));
  checks.equal(wrong.error, 'wamp.error.invalid_argument', 'a wrong argument is refused');
  checks.ok(JSON.stringify(wrong.args).includes('a'), 'and the parameter is named');
  const progress = [];
  await bob.session.call('com.example.calc.countdown', [3], {}, { receive_progress: true }).then(
    (final) => progress.push(final), null, (item) => progress.push(item));
  checks.equal(progress.slice(0, 3), [3, 2, 1], 'progressive results arrive in order');
  checks.equal(await bob.session.call('com.example.greeter.ask', ['com.example.interop.reverse', 'x']), 'x', 'a Rust component calls a procedure registered by Autobahn|JS');
  const greeted = await once(bob.session, 'com.example.greeter.greeted');
  checks.equal(await alice.session.call('com.example.greeter.hello', ['Ada']), 'Hello, Ada!', 'a component greets');
  checks.equal((await greeted.event).args, ['Ada'], "a Rust component's event arrives");
  const missing = await failure(bob.session.call('com.example.interop.nobody'));
  checks.equal(missing.error, 'wamp.error.no_such_procedure', 'a call to nobody fails');
  await alice.session.unregister(registration);
  const gone = await failure(bob.session.call('com.example.interop.reverse', [1]));
  checks.equal(gone.error, 'wamp.error.no_such_procedure', 'an ended registration is gone');

  const closed = new Promise((resolve) => { alice.connection.onclose = (reason, details) => { resolve(details.reason); return true; }; });
  alice.connection.close();
  checks.ok(/goodbye_and_out|close/.test(await closed), 'GOODBYE is answered');
  bob.connection.onclose = () => true;
  bob.connection.close();
  checks.end();
}

main().catch((error) => checks.end(`stopped by ${error && (error.stack || error.message || JSON.stringify(error))}`));
