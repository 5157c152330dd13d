// How a test of the page is registered, run and reported: PASS, FAIL or SKIP and its name.
import { chromium } from '@playwright/test';
import { readFileSync } from 'node:fs';

const tests = [];
export function test(name, body) {
  tests.push({ name, body });
}

export function check(condition, what) {
  if (!condition) throw new Error(what);
}

export function same(found, expected, what) {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  check(left === right, `${what}: ${left}, expected ${right}`);
}

/** Thrown where nothing can be said: the test counts as skipped, and says why. */
export class Skip extends Error {}

/** Waits until `condition` gives something true, and gives that. */
export async function until(condition, what, timeout_ms = 20_000) {
  const deadline = Date.now() + timeout_ms;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${timeout_ms / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const text = (page, selector) => page.locator(selector).first().innerText();
export const hash = (page) => new URL(page.url()).hash;
export const rowsOf = (page) => page.locator('.table tbody tr:not(.gap):not(.group)');

/** What a button saves: its name, its text and its bytes. */
export async function saved(page, button) {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  const bytes = readFileSync(await file.path());
  return { name: file.suggestedFilename(), text: bytes.toString('utf8'), bytes };
}

/** What the browser complained of, wherever that was not the test's purpose. */
export const complaints = [];

export async function openBrowser(executablePath) {
  const root = process.getuid() === 0;
  const args = ['--disable-dev-shm-usage', ...(root ? ['--no-sandbox'] : [])];
  return chromium.launch({ executablePath, args });
}

/** A page of its own, let in by the link. `expected`: complaints that belong to the test. */
export async function visit(browser, link, options = {}) {
  const { width = 1280, height = 860, scheme = 'light', expected = null } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    acceptDownloads: true,
  });
  contexts.add(context);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complain = (text) => {
    if (!expected?.test(text)) complaints.push(`${page.url()}: ${text}`);
  };
  page.on('console', (message) => message.type() === 'error' && complain(message.text()));
  page.on('pageerror', (error) => complain(String(error)));
  if (link !== null) await page.goto(link);
  return page;
}

const contexts = new Set();

export async function closePage(page) {
  contexts.delete(page.context());
  await page.context().close();
}

/** What a test that failed has left open. */
async function closeAll() {
  for (const context of contexts) await context.close();
  contexts.clear();
}

/** Runs them all in their order; the number of failures. */
export async function runAll(world, whole = 'page') {
  let failures = 0;
  for (const { name, body } of tests) {
    const from = Date.now();
    try {
      const note = await body(world);
      const seconds = ((Date.now() - from) / 1000).toFixed(1);
      console.log(`PASS ${whole}: ${name} (${note ? `${note}, ` : ''}${seconds} s)`);
    } catch (broken) {
      if (broken instanceof Skip) {
        console.log(`SKIP ${whole}: ${name}: ${broken.message}`);
        continue;
      }
      failures += 1;
      const [first, ...rest] = String(broken.stack ?? broken).split('\n');
      console.log(`FAIL ${whole}: ${name}: ${first}`);
      console.log(rest.slice(0, 4).join('\n'));
    } finally {
      await closeAll();
    }
  }
  return failures;
}
