// Autobahn|JS by HTTP long-poll in headless Chromium, from a page of another origin, with the components of `hello`; then the router is
// killed and started again, and the page rejoins by itself.
// Usage: node longpoll.js PROGRAM                 starts `hello` itself, since it kills it
//        node longpoll.js --at ws://host:port/ws  a router that is there already; for the run without one, which must fail
'use strict';

const fs = require('fs');
const http = require('http');
const { spawn } = require('child_process');
const { chromium } = require('playwright-core');
const { Checks } = require('./checks.js');

const [program, at] = process.argv.slice(2);
const checks = new Checks('long-poll', 9);
const library = fs.readFileSync(require.resolve('autobahn-browser/autobahn.min.js'));
let router;
process.on('exit', () => { if (router) router.kill('SIGKILL'); });

// An origin of its own: a port that serves an empty page and the library.
function origin() {
  const server = http.createServer((request, response) => {
    const script = request.url === '/autobahn.js';
    response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
    response.end(script ? library : '<!doctype html><script src="/autobahn.js"></script>');
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)));
}

// Starts the router, and gives its long-poll URL once it listens.
function start(listen, allowed) {
  return new Promise((resolve, reject) => {
    router = spawn(program, ['--listen', listen, '--allow-origin', allowed], { stdio: ['ignore', 'pipe', 'inherit'] });
    router.on('exit', (code) => reject(new Error(`the router ended with code ${code}`)));
    router.stdout.on('data', (text) => {
      const found = /listening on ws:\/\/([^/ ]+)\/ws/.exec(text);
      if (found) resolve(`http://${found[1]}/lp`);
    });
  });
}

function kill() {
  const ended = new Promise((resolve) => router.once('close', resolve));
  router.removeAllListeners('exit');
  router.kill('SIGKILL');
  return ended;
}

// Runs in the page: connects, and keeps what happened in `window.seen`.
function connect(url) {
  window.seen = { sessions: [], ticks: 0, closed: [], sum: null };
  const connection = new autobahn.Connection({
    transports: [{ type: 'longpoll', url }],
    realm: 'realm1', max_retries: -1, initial_retry_delay: 0.3, max_retry_delay: 1,
  });
  connection.onopen = (session) => {
    window.session = session;
    window.seen.sessions.push(session.id);
    session.subscribe('com.example.clock.tick', () => { window.seen.ticks += 1; });
  };
  connection.onclose = (reason) => { window.seen.closed.push(reason); return false; };
  window.connection = connection;
  connection.open();
}

async function main() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  const [allowed, other] = [await origin(), await origin()];
  let url = program === '--at' ? `http://${new URL(at).host}/lp` : await start('127.0.0.1:0', allowed);
  const page = await browser.newPage();
  await page.goto(allowed);
  const until = (condition, argument) => page.waitForFunction(condition, argument, { timeout: 15000 });

  await page.evaluate(connect, url);
  await until(() => window.seen.sessions.length === 1);
  checks.ok(true, 'it joins the realm from another origin');
  const add = () => page.evaluate(() => window.session.call('com.example.calc.add2', [19, 23]));
  checks.equal(await add(), 42, 'it calls a procedure of a component');
  const counted = await page.evaluate(async () => {
    const progress = [];
    await window.session.call('com.example.calc.countdown', [5], {}, { receive_progress: true }).then(null, null, (item) => progress.push(item));
    return progress;
  });
  checks.equal(counted, [5, 4, 3, 2, 1], 'progressive results come in order');
  await until(() => window.seen.ticks >= 2);
  checks.ok(true, 'it gets events');

  const stranger = await browser.newPage();
  await stranger.goto(other);
  await stranger.evaluate(connect, url);
  await stranger.waitForFunction(() => window.seen.closed.length > 0, null, { timeout: 15000 });
  checks.equal(await stranger.evaluate(() => window.seen.sessions), [], 'a page of an origin that is not listed does not');
  await stranger.close();

  await kill();
  await until(() => window.seen.closed.length > 0);
  checks.equal(await page.evaluate(() => window.seen.closed[0]), 'lost', 'it notices that the router was killed');
  const ticks = await page.evaluate(() => window.seen.ticks);
  url = await start(new URL(url).host, allowed);
  await until(() => window.seen.sessions.length === 2);
  checks.ok(true, 'it rejoins when the router is started again');
  checks.equal(await add(), 42, 'it calls again');
  await until((before) => window.seen.ticks >= before + 2, ticks);
  checks.ok(true, 'it gets events again');

  await browser.close();
  await kill();
  checks.end();
}

main().catch((error) => checks.end(`stopped by ${error && (error.stack || JSON.stringify(error))}`));
