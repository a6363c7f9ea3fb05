// The page of `hello` in headless Chromium: it loads, calls, and shows events.
// Usage: node page.js http://127.0.0.1:8080/ [screenshot.png]
'use strict';

const { chromium } = require('playwright-core');
const { Checks } = require('./checks.js');

const [url, screenshot] = process.argv.slice(2);
const checks = new Checks('page', 5);

async function main() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  const response = await page.goto(url, { timeout: 15000 });
  checks.equal(response.status(), 200, 'the page is served');
  await page.waitForSelector('#state.joined', { timeout: 15000 });
  checks.ok(/session \d+/.test(await page.textContent('#state')), 'it joins the realm');
  await page.fill('#a', '19');
  await page.fill('#b', '23');
  await page.click('#add');
  await page.waitForFunction(() => document.querySelector('#sum').textContent !== '', null, { timeout: 15000 });
  checks.equal((await page.textContent('#sum')).trim(), '42', 'it calls a procedure of a component');
  await page.waitForSelector('#events li', { timeout: 15000 });
  checks.ok((await page.textContent('#events li')).includes('com.example.'), 'it shows a live event');
  if (screenshot) await page.screenshot({ path: screenshot });
  checks.equal(errors, [], 'nothing went wrong in it');
  await browser.close();
  checks.end();
}

main().catch((error) => checks.end(`stopped by ${error && (error.stack || JSON.stringify(error))}`));
